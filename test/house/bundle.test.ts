import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../support/temp-folder.js'

interface AtFirstUse {
  loadAtFirstUse(
    path: string,
    out: string,
    isOwn: boolean,
    patch?: { readonly text?: readonly [RegExp, string]; readonly imports?: number },
  ): Promise<string>
}

const SCRIPT = pathToFileURL(join(import.meta.dirname, '../../scripts/bundle/at-first-use.mjs')).href
const { loadAtFirstUse } = (await import(SCRIPT)) as AtFirstUse // typed above: the scripts have no types

function moduleOf(text: string): string {
  const path = join(tempFolder(), 'module.js')
  writeFileSync(path, text)
  return path
}

/** Runs a module as the bundle does, and tells what it asked for, in order. */
async function run(
  text: string,
  isOwn: boolean,
): Promise<{ exports: Record<string, (given?: string) => unknown>; asked: string[] }> {
  const asked: string[] = []
  const load = (id: string): object => {
    asked.push(id)
    return { name: id, default: `default of ${id}` }
  }
  const exports: Record<string, (given?: string) => unknown> = {}
  const code = await loadAtFirstUse(moduleOf(text), tempFolder(), isOwn)
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- the bundle's own way
  new Function('exports', 'require', '__import', code)(exports, load, async (id: string) => `imported ${id}`)
  return { exports, asked }
}

describe('a module in the bundle', () => {
  it('of the program loads what it imports at the first use, once', async () => {
    const { exports, asked } = await run(
      `import { name } from './other.js'
       import packaged from 'packaged'
       export const names = () => [name, name, packaged.name]`,
      true,
    )
    expect(asked).toEqual([])
    expect(exports['names']?.()).toEqual(['./other.js', './other.js', 'packaged'])
    expect(asked).toEqual(['./other.js', 'packaged'])
  })

  it('of a package in CommonJS loads what it requires at the first use, once, through interop too', async () => {
    const { exports, asked } = await run(
      `const other_1 = require('./other')
       const interop_1 = (0, (module) => ({ default: module }))(require('interop'))
       exports.names = (name = other_1.name) => [name, other_1.name, interop_1.default.name]`,
      false,
    )
    expect(asked).toEqual([])
    expect(exports['names']?.()).toEqual(['./other', './other', 'interop'])
    expect(exports['names']?.('given')).toEqual(['given', './other', 'interop'])
    expect(asked).toEqual(['./other', 'interop'])
  })

  it("imports what is outside the bundle through the launcher's import", async () => {
    const { exports } = await run('export const load = (id) => import(id)', true)
    await expect(exports['load']?.('file:///plugin.js')).resolves.toBe('imported file:///plugin.js')
  })

  it.each([
    ['its patch changes nothing', { text: [/not there/, ''] as const }],
    ['it has another number of import()s than the patch says', { imports: 2 }],
  ])('fails the build when %s', async (_, patch) => {
    const path = moduleOf('exports.load = (id) => import(id)')
    await expect(loadAtFirstUse(path, tempFolder(), false, patch)).rejects.toThrow(
      'is not what its patch was made for',
    )
  })
})
