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
import { POSIX } from '../../support/posix.js'
import { tempFolder } from '../../support/temp-folder.js'

const names = Array.from({ length: 150 }, (_, at) => `WP${at + 1}.md`)

describe('replacing many files', () => {
  it('replaces each, makes those that were not there, and leaves nothing next to them', async () => {
    const root = tempFolder()
    for (const name of names.slice(0, 100)) writeFileSync(join(root, name), 'old')
    const contents = names.map((name) => ({ path: join(root, name), bytes: Buffer.from(`new ${name}`) }))
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
    await putManyInside(root, [{ path, bytes: Buffer.from('new') }])
    expect([statSync(path).mode & 0o7777, statSync(path).ino === ino]).toEqual([0o640, false])
  })

  it('names the files that it could not write, and writes the others', async () => {
    const [root, outside] = [tempFolder(), tempFolder()]
    writeFileSync(join(outside, 'mine'), 'mine')
    symlinkSync(join(outside, 'mine'), join(root, 'WP2.md'))
    symlinkSync(outside, join(root, 'linked'))
    mkdirSync(join(root, 'WP3.md'))
    const paths = ['WP1.md', 'WP2.md', 'WP3.md', 'linked/mine', 'gone/WP4.md', 'WP5.md']
    const failures = await putManyInside(
      root,
      paths.map((path) => ({ path: join(root, path), bytes: Buffer.from('new') })),
    )
    expect([...failures].map(([path, { kind }]) => [path.slice(root.length + 1), kind])).toEqual([
      ['WP2.md', 'UnsafeSetup'],
      ['WP3.md', 'UnsafeSetup'],
      ['linked/mine', 'UnsafeSetup'],
      ['gone/WP4.md', 'NotWritable'],
    ])
    expect(readFileSync(join(outside, 'mine'), 'utf8')).toBe('mine')
    expect(['WP1.md', 'WP5.md'].map((name) => readFileSync(join(root, name), 'utf8'))).toEqual(['new', 'new'])
    expect(readdirSync(root).sort()).toEqual(['WP1.md', 'WP2.md', 'WP3.md', 'WP5.md', 'linked'])
  })
})
