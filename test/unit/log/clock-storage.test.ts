import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../../support/temp-folder.js'
import { POSIX } from '../../support/posix.js'
import { FileClockStorage } from '../../../src/core/log/file-clock-storage.js'

const NOW = new Date('2026-11-22T09:30:00.000Z')

function storage(): { clock: FileClockStorage; path: string; folder: string } {
  const folder = tempFolder()
  const path = join(folder, 'clock.json')
  return { clock: new FileClockStorage(path), path, folder }
}

describe('the clock on disk', () => {
  it('gives back what was saved, in the form other programs read', () => {
    const { clock, path, folder } = storage()
    expect(clock.write(7, NOW)).toBeUndefined()
    expect(clock.read()).toEqual({ value: 7 })
    expect(readFileSync(path, 'utf8')).toBe(
      '{\n  "value": 7,\n  "last_updated": "2026-11-22T09:30:00.000Z"\n}\n',
    )
    expect(readdirSync(folder)).toEqual(['clock.json'])
  })

  it('sees what another has saved since, or written into the file', () => {
    const { clock, path } = storage()
    const other = new FileClockStorage(path)
    for (const value of [7, 8, 9]) {
      other.write(value, NOW)
      expect(clock.read()).toEqual({ value })
      expect(clock.read()).toEqual({ value })
    }
    writeFileSync(path, '{"value":4}')
    expect(clock.read()).toEqual({ value: 4 })
    writeFileSync(path, '{')
    expect(clock.read()).toHaveProperty('problem')
    rmSync(path)
    expect(clock.read()).toHaveProperty('missing', true)
  })

  it('reads the greatest value there is', () => {
    const { clock } = storage()
    clock.write(Number.MAX_SAFE_INTEGER, NOW)
    expect(clock.read()).toEqual({ value: Number.MAX_SAFE_INTEGER })
  })

  it.each([
    '',
    '\0\0\0\0',
    '{',
    '[]',
    'null',
    '7',
    '{}',
    ...['-1', '0', '1.5', '"7"', '9007199254740992', '1e400', 'null'].map((value) => `{"value": ${value}}`),
  ])('says what is wrong with %j', (content) => {
    const { clock, path } = storage()
    writeFileSync(path, content)
    expect(clock.read()).toEqual({ problem: expect.stringContaining(path) as string })
  })

  it('says so when it is missing', () => {
    expect(storage().clock.read()).toEqual({
      problem: expect.stringContaining('missing') as string,
      missing: true,
    })
  })

  it.runIf(POSIX).each([
    ['a directory', (path: string) => mkdirSync(path)],
    ['a link', (path: string) => symlinkSync('/etc/passwd', path)],
    ['a link to itself', (path: string) => symlinkSync(path, path)],
    ['a FIFO', (path: string) => execFileSync('mkfifo', [path])],
  ])('reads nothing through %s in its place', (_, make) => {
    const { clock, path } = storage()
    make(path)
    expect(clock.read()).toEqual({ problem: expect.stringContaining(path) as string })
  })

  it('warns when it cannot be saved, and leaves no half of it behind', () => {
    const { clock, path, folder } = storage()
    mkdirSync(join(path, 'inside'), { recursive: true })
    expect(clock.write(7, NOW)).toContain(path)
    expect(readdirSync(folder)).toEqual(['clock.json'])
    rmSync(folder, { recursive: true })
    expect(clock.write(7, NOW)).toContain('ENOENT')
  })
})
