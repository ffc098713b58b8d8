import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { ENTITIES } from '../../src/entities/index.js'

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

// Plain JavaScript, so its shape is said here.
const { columnsModule } = (await import(at('scripts/generate.mjs'))) as {
  columnsModule(entities: readonly unknown[]): Promise<string>
}

it('the index names a column where its entity does, and nowhere else: npm run generate', async () => {
  expect(await columnsModule(ENTITIES)).toBe(readFileSync(at('src/core/index/sqlite/columns.ts'), 'utf8'))
})
