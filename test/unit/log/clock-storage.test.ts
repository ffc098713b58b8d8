import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CAN_LIST_OPEN_FILES, openFiles } from '../../support/open-files.js'
import { tempFolder } from '../../support/temp-folder.js'
import { gitIn } from '../../support/temp-repository.js'
import { POSIX } from '../../support/posix.js'
import { FileClockStorage } from '../../../src/core/log/file-clock-storage.js'
import { SeenClock } from '../../../src/core/log/seen-clock.js'

const NOW = new Date('2026-11-22T09:30:00.000Z')

function storage(): { clock: FileClockStorage; path: string; folder: string; seen: string } {
  const folder = tempFolder()
  const path = join(folder, 'clock.json')
  const seen = join(tempFolder(), 'kitty', 'clock')
  return { clock: new FileClockStorage(path, new SeenClock(seen)), path, folder, seen }
}

describe('the clock on disk', () => {
  it('gives back what was saved, in the form other programs read', () => {
    const { clock, path, folder } = storage()
    expect(clock.write(7, NOW)).toBeUndefined()
    expect(clock.read()).toEqual({ own: 0, file: 7 })
    expect(readFileSync(path, 'utf8')).toBe(
      '{\n  "value": 7,\n  "last_updated": "2026-11-22T09:30:00.000Z"\n}\n',
    )
    expect(readdirSync(folder)).toEqual(['clock.json'])
  })

  it('sees what another has saved since, or written into the file', () => {
    const { clock, path, seen } = storage()
    const other = new FileClockStorage(path, new SeenClock(seen))
    for (const value of [7, 8, 9]) {
      other.write(value, NOW)
      expect(clock.read()).toEqual({ own: 0, file: value })
      expect(clock.read()).toEqual({ own: 0, file: value })
    }
    writeFileSync(path, '{"value":4}')
    expect(clock.read()).toEqual({ own: 0, file: 4 })
    writeFileSync(path, '{')
    expect(clock.read()).toHaveProperty('problem')
    rmSync(path)
    expect(clock.read()).toEqual({ own: 0 })
  })

  it('reads the greatest value there is', () => {
    const { clock } = storage()
    clock.write(Number.MAX_SAFE_INTEGER, NOW)
    expect(clock.read()).toEqual({ own: 0, file: Number.MAX_SAFE_INTEGER })
  })

  it('reads the first value there is', () => {
    const { clock } = storage()
    clock.write(1, NOW)
    expect(clock.read()).toEqual({ own: 0, file: 1 })
  })

  it('tells what is no JSON from what holds no clock value', () => {
    const { clock, path } = storage()
    writeFileSync(path, '{"value": 7')
    expect(clock.read()).toEqual({ own: 0, problem: `${path} is not JSON` })
    writeFileSync(path, '{"value": true}')
    expect(clock.read()).toEqual({ own: 0, problem: `${path} holds no clock value` })
  })

  it('reads nothing of a file larger than kitty writes', () => {
    const { clock, path } = storage()
    writeFileSync(path, `{"value": 7${' '.repeat(5000)}}`)
    expect(clock.read()).toEqual({ own: 0, problem: `${path} is not JSON` })
  })

  it('says which file it could not read where its folder has become a file', () => {
    const { clock, path, folder } = storage()
    clock.write(7, NOW)
    expect(clock.read()).toEqual({ own: 0, file: 7 })
    rmSync(folder, { recursive: true })
    writeFileSync(folder, '')
    const { problem } = clock.read()
    expect(problem).toContain(`${path} was not readable`)
  })

  it.runIf(process.platform === 'linux')('says which file it could not read where the disk fails', () => {
    // A plain file of the kernel's: it opens, and its first byte cannot be read.
    const clock = new FileClockStorage('/proc/self/mem', new SeenClock(join(tempFolder(), 'clock')))
    expect(clock.read()).toEqual({
      own: 0,
      problem: expect.stringContaining('/proc/self/mem was not readable: I/O error') as string,
    })
  })

  it.runIf(POSIX).each([
    // Whom a strict umask would lock out reads it.
    [0o600, 0o660],
    // The others need no right to write: the next save replaces the file.
    [0o640, 0o640],
  ])('lets in whom core.sharedRepository names: a file of mode %o gets %o', (mode, expected) => {
    const root = tempFolder()
    gitIn(root, 'init', '--quiet')
    gitIn(root, 'config', 'core.sharedRepository', 'group')
    const path = join(root, 'clock.json')
    // What a crash left, with the mode that the umask then gave it: the mode of a new file would depend on who runs this.
    writeFileSync(`${path}.tmp`, '{')
    chmodSync(`${path}.tmp`, mode)
    new FileClockStorage(path, new SeenClock(join(tempFolder(), 'clock'))).write(7, NOW)
    expect(statSync(path).mode & 0o777).toBe(expected)
  })

  it.runIf(CAN_LIST_OPEN_FILES)('leaves no file open', () => {
    const { clock, folder } = storage()
    clock.write(7, NOW)
    clock.read()
    expect(openFiles(folder)).toEqual([])
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
    expect(clock.read()).toEqual({ own: 0, problem: expect.stringContaining(path) as string })
  })

  it('remembers what this clone has issued, whatever becomes of clock.json', () => {
    const { clock, path, seen } = storage()
    expect(clock.remember(40)).toBeUndefined()
    expect(clock.read()).toEqual({ own: 40 })
    writeFileSync(path, '{"value": 7}')
    const other = new FileClockStorage(path, new SeenClock(seen))
    expect(other.read()).toEqual({ own: 40, file: 7 })
    writeFileSync(path, '{')
    expect(other.read()).toMatchObject({ own: 40, problem: expect.stringContaining(path) as string })
    expect(other.remember(9)).toBeUndefined()
    expect(new FileClockStorage(path, new SeenClock(seen)).read().own).toBe(9)
  })

  it('says when it could not remember, and still does so itself', () => {
    const { clock, seen } = storage()
    writeFileSync(join(seen, '..'), 'in the way')
    expect(clock.remember(40)).toMatch(
      /clock could not be saved \(E[A-Z]+\); if git takes the newest event away/,
    )
    rmSync(join(seen, '..'))
    expect(clock.read()).toEqual({ own: 40 })
  })

  it('says what is wrong with what it remembers, and refuses to guess what it cannot read', () => {
    const { clock, seen } = storage()
    mkdirSync(join(seen, '..'))
    writeFileSync(seen, 'many')
    expect(clock.read()).toEqual({ own: 0, problem: `${seen} holds no clock value` })
    rmSync(seen)
    mkdirSync(seen)
    expect(() => clock.read()).toThrow(seen)
  })

  it.runIf(POSIX).each([
    ['a directory', (path: string) => mkdirSync(path)],
    ['a link', (path: string) => symlinkSync('/etc/passwd', path)],
    ['a link to itself', (path: string) => symlinkSync(path, path)],
    ['a FIFO', (path: string) => execFileSync('mkfifo', [path])],
  ])('reads nothing through %s in its place', (_, make) => {
    const { clock, path } = storage()
    make(path)
    expect(clock.read()).toEqual({ own: 0, problem: expect.stringContaining(path) as string })
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
