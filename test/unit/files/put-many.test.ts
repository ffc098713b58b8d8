import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { putManyInside } from '../../../src/core/files/put-many.js'
import { repoPath } from '../../../src/core/platform/paths.js'
import { POSIX } from '../../support/posix.js'
import { tempFolder } from '../../support/temp-folder.js'

const names = Array.from({ length: 150 }, (_, at) => `WP${at + 1}.md`)

describe('replacing many files', () => {
  it('replaces each, makes those that were not there, and leaves nothing next to them', async () => {
    const root = tempFolder()
    for (const name of names.slice(0, 100)) writeFileSync(join(root, name), 'old')
    const contents = names.map((name, at) => ({
      path: join(root, name),
      before: at < 100 ? Buffer.from('old') : undefined,
      bytes: Buffer.from(`new ${name}`),
    }))
    expect(await putManyInside(root, contents)).toEqual(new Map())
    expect(readdirSync(root).sort()).toEqual([...names].sort())
    for (const name of names) expect(readFileSync(join(root, name), 'utf8')).toBe(`new ${name}`)
  })

  it.runIf(POSIX)('keeps the permissions of each, and the old file whole for who reads it', async () => {
    const root = tempFolder()
    const path = join(root, 'WP01.md')
    writeFileSync(path, 'old')
    chmodSync(path, 0o640)
    const { ino } = statSync(path)
    await putManyInside(root, [{ path, before: Buffer.from('old'), bytes: Buffer.from('new') }])
    expect([statSync(path).mode & 0o7777, statSync(path).ino === ino]).toEqual([0o640, false])
  })

  it('names the files that it could not write, and writes the others', async () => {
    const root = tempFolder()
    mkdirSync(join(root, 'WP3.md'))
    const paths = ['WP1.md', 'WP3.md', 'gone/WP4.md', 'WP5.md']
    expect(await failuresOf(root, paths)).toEqual([
      ['WP3.md', 'UnsafeSetup'],
      ['gone/WP4.md', 'NotWritable'],
    ])
    expect(['WP1.md', 'WP5.md'].map((name) => readFileSync(join(root, name), 'utf8'))).toEqual(['new', 'new'])
    expect(readdirSync(root).sort()).toEqual(['WP1.md', 'WP3.md', 'WP5.md'])
  })

  it('leaves a file as someone else has saved it since it was read', async () => {
    const root = tempFolder()
    for (const name of ['WP1.md', 'WP2.md']) writeFileSync(join(root, name), 'saved')
    expect(await failuresOf(root, ['WP1.md', 'WP3.md', 'WP2.md'])).toEqual([
      ['WP1.md', 'LostRace'],
      ['WP2.md', 'LostRace'],
    ])
    expect(readFileSync(join(root, 'WP1.md'), 'utf8')).toBe('saved')
    expect(readdirSync(root).sort()).toEqual(['WP1.md', 'WP2.md', 'WP3.md'])
  })

  it('writes nothing through a link, be it the file or a folder above it', async () => {
    const [root, outside] = [tempFolder(), tempFolder()]
    writeFileSync(join(outside, 'mine'), 'mine')
    symlinkSync(join(outside, 'mine'), join(root, 'WP2.md'))
    symlinkSync(outside, join(root, 'linked'))
    expect(await failuresOf(root, ['WP1.md', 'WP2.md', 'linked/mine'])).toEqual([
      ['WP2.md', 'UnsafeSetup'],
      ['linked/mine', 'UnsafeSetup'],
    ])
    expect(readFileSync(join(outside, 'mine'), 'utf8')).toBe('mine')
    expect(readFileSync(join(root, 'WP1.md'), 'utf8')).toBe('new')
    expect(readdirSync(root).sort()).toEqual(['WP1.md', 'WP2.md', 'linked'])
  })
})

/** Those of the paths, with the kinds of their errors, separated as git does. */
async function failuresOf(root: string, paths: readonly string[]): Promise<[string, string][]> {
  const failures = await putManyInside(
    root,
    paths.map((path) => ({ path: join(root, path), before: undefined, bytes: Buffer.from('new') })),
  )
  return [...failures].map(([path, { kind }]) => [repoPath(root, path), kind])
}
