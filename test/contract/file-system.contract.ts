import type * as nodeFs from 'node:fs'
import { expect, it } from 'vitest'

/** The synchronous calls that the store makes, of Node or of the simulation. */
export type FileSystem = Pick<
  typeof nodeFs,
  | 'appendFileSync'
  | 'closeSync'
  | 'constants'
  | 'existsSync'
  | 'fstatSync'
  | 'fsyncSync'
  | 'ftruncateSync'
  | 'lstatSync'
  | 'mkdirSync'
  | 'openSync'
  | 'readFileSync'
  | 'readSync'
  | 'readdirSync'
  | 'renameSync'
  | 'rmSync'
  | 'rmdirSync'
  | 'unlinkSync'
  | 'writeFileSync'
  | 'writeSync'
>

/** What the store relies on. `make` answers a file system and an empty folder in it. */
export function describeFileSystem(make: () => { fs: FileSystem; folder: string }): void {
  const codeOf = (act: () => unknown): unknown => {
    try {
      act()
    } catch (error) {
      return (error as NodeJS.ErrnoException).code
    }
    return undefined
  }

  it('gives back what was written, and reads nothing beyond the end', () => {
    const { fs, folder } = make()
    fs.writeFileSync(`${folder}/a`, 'one\n')
    fs.appendFileSync(`${folder}/a`, 'two\n')
    expect(fs.readFileSync(`${folder}/a`, 'utf8')).toBe('one\ntwo\n')
    const fd = fs.openSync(`${folder}/a`, fs.constants.O_RDONLY)
    const bytes = Buffer.alloc(8)
    expect([fs.readSync(fd, bytes, 0, 8, 4), fs.readSync(fd, bytes, 0, 8, 100)]).toEqual([4, 0])
    expect(bytes.toString('utf8', 0, 4)).toBe('two\n')
    fs.closeSync(fd)
  })

  it('appends at the end, also after others have written', () => {
    const { fs, folder } = make()
    const flags = fs.constants.O_RDWR | fs.constants.O_APPEND | fs.constants.O_CREAT
    const [one, other] = [fs.openSync(`${folder}/a`, flags), fs.openSync(`${folder}/a`, flags)]
    for (const [fd, text] of [
      [one, '1'],
      [other, '2'],
      [one, '3'],
    ] as const)
      expect(fs.writeSync(fd, Buffer.from(text))).toBe(1)
    expect(fs.readFileSync(`${folder}/a`, 'utf8')).toBe('123')
    fs.ftruncateSync(one, 1)
    fs.fsyncSync(one)
    expect(fs.fstatSync(other).size).toBe(1)
    for (const fd of [one, other]) fs.closeSync(fd)
  })

  it('renames over a file in one step, and the old one lives on while it is open', () => {
    const { fs, folder } = make()
    fs.writeFileSync(`${folder}/a`, 'old')
    fs.writeFileSync(`${folder}/b`, 'new')
    const fd = fs.openSync(`${folder}/a`, fs.constants.O_RDONLY)
    const before = fs.fstatSync(fd, { bigint: true })
    fs.renameSync(`${folder}/b`, `${folder}/a`)
    expect(fs.readFileSync(`${folder}/a`, 'utf8')).toBe('new')
    const bytes = Buffer.alloc(3)
    fs.readSync(fd, bytes, 0, 3, 0)
    expect(bytes.toString()).toBe('old')
    expect(fs.lstatSync(`${folder}/a`, { bigint: true }).ino).not.toBe(before.ino)
    expect(fs.readdirSync(folder)).toEqual(['a'])
    fs.closeSync(fd)
  })

  it('tells a file that was changed, and a folder that got a name', () => {
    const { fs, folder } = make()
    fs.writeFileSync(`${folder}/a`, '1')
    const before = fs.lstatSync(`${folder}/a`, { bigint: true })
    fs.appendFileSync(`${folder}/a`, '2')
    const after = fs.lstatSync(`${folder}/a`, { bigint: true })
    expect([after.ino, after.birthtimeNs]).toEqual([before.ino, before.birthtimeNs])
    expect(after.size).toBe(before.size + 1n)
    expect(after.mtimeNs).toBeGreaterThanOrEqual(before.mtimeNs)
    expect([after.isFile(), after.isDirectory(), after.isSymbolicLink()]).toEqual([true, false, false])
    expect(fs.lstatSync(folder).isDirectory()).toBe(true)
  })

  it('refuses with the same codes', () => {
    const { fs, folder } = make()
    const { O_CREAT, O_DIRECTORY, O_EXCL, O_RDONLY, O_WRONLY } = fs.constants
    fs.writeFileSync(`${folder}/a`, '')
    fs.mkdirSync(`${folder}/full/below`, { recursive: true })
    const acts = {
      missing: () => fs.openSync(`${folder}/none`, O_RDONLY),
      'missing folder': () => fs.openSync(`${folder}/none/a`, O_WRONLY | O_CREAT),
      exclusive: () => fs.openSync(`${folder}/a`, O_WRONLY | O_CREAT | O_EXCL),
      'write to a folder': () => fs.openSync(folder, O_WRONLY),
      'file as a folder': () => fs.openSync(`${folder}/a`, O_RDONLY | O_DIRECTORY),
      stat: () => fs.lstatSync(`${folder}/none`),
      list: () => fs.readdirSync(`${folder}/none`),
      'list a file': () => fs.readdirSync(`${folder}/a`),
      make: () => fs.mkdirSync(`${folder}/full`),
      rename: () => fs.renameSync(`${folder}/none`, `${folder}/b`),
      'rename over a folder': () => fs.renameSync(`${folder}/a`, `${folder}/full`),
      unlink: () => fs.unlinkSync(`${folder}/none`),
      'remove a full folder': () => fs.rmdirSync(`${folder}/full`),
      closed: () => fs.closeSync(9_999),
    }
    expect(Object.fromEntries(Object.entries(acts).map(([name, act]) => [name, codeOf(act)]))).toEqual({
      missing: 'ENOENT',
      'missing folder': 'ENOENT',
      exclusive: 'EEXIST',
      'write to a folder': 'EISDIR',
      'file as a folder': 'ENOTDIR',
      stat: 'ENOENT',
      list: 'ENOENT',
      'list a file': 'ENOTDIR',
      make: 'EEXIST',
      rename: 'ENOENT',
      'rename over a folder': 'EISDIR',
      unlink: 'ENOENT',
      'remove a full folder': 'ENOTEMPTY',
      closed: 'EBADF',
    })
    expect(fs.lstatSync(`${folder}/none`, { throwIfNoEntry: false })).toBeUndefined()
    expect(() => {
      fs.rmSync(`${folder}/none`, { force: true })
    }).not.toThrow()
    expect(fs.existsSync(`${folder}/full/below`)).toBe(true)
  })
}
