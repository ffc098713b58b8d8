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

/** Runs a module as the bundle does, whose `require` keeps what it loaded, and tells what was loaded, in order. */
async function run(
  text: string,
  isOwn: boolean,
): Promise<{ exports: Record<string, (given?: string) => unknown>; loaded: () => string[] }> {
  const loaded = new Map<string, object>()
  const load = (id: string): object => {
    const module = loaded.get(id) ?? { name: id, default: `default of ${id}` }
    loaded.set(id, module)
    return module
  }
  const exports: Record<string, (given?: string) => unknown> = {}
  const code = await loadAtFirstUse(moduleOf(text), tempFolder(), isOwn)
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- the bundle's own way
  new Function('exports', 'require', '__import', code)(exports, load, async (id: string) => `imported ${id}`)
  return { exports, loaded: () => [...loaded.keys()] }
}

describe('a module in the bundle', () => {
  it('of the program loads what it imports at the first use', async () => {
    const { exports, loaded } = await run(
      `import { name } from './other.js'
       import packaged from 'packaged'
       export const names = () => [name, name, packaged.name]`,
      true,
    )
    expect(loaded()).toEqual([])
    expect(exports['names']?.()).toEqual(['./other.js', './other.js', 'packaged'])
    expect(loaded()).toEqual(['./other.js', 'packaged'])
  })

  it('of a package in CommonJS loads what it requires at the first use, through interop too', async () => {
    const { exports, loaded } = await run(
      `const other_1 = require('./other')
       const interop_1 = (0, (module) => ({ default: module }))(require('interop'))
       exports.names = (name = other_1.name) => [name, other_1.name, interop_1.default.name]`,
      false,
    )
    expect(loaded()).toEqual([])
    expect(exports['names']?.()).toEqual(['./other', './other', 'interop'])
    expect(exports['names']?.('given')).toEqual(['given', './other', 'interop'])
    expect(loaded()).toEqual(['./other', 'interop'])
  })

  it.each([
    [
      'of the program',
      "import * as other from './other.js'; export const name = (require) => [other.name, require]",
      true,
    ],
    [
      'of a package',
      "const other = require('./other.js'); exports.name = (require) => [other.name, require]",
      false,
    ],
  ])('%s may name a parameter `require`', async (_, text, isOwn) => {
    const { exports } = await run(text, isOwn)
    expect(exports['name']?.('given')).toEqual(['./other.js', 'given'])
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
