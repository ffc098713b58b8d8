/** Stands for `node:fs` in the program: its synchronous calls, on the simulated machine's disk. */
import { constants } from 'node:fs'
import { Readable } from 'node:stream'
import { FileNode, FolderNode, type Node } from './disk.js'
import { currentProcess, Killed, machine, type OpenFile, type Process } from './machine.js'
import { statsOf } from './stats.js'
import { systemError } from './system-error.js'

export { constants }

const files = new Map<number, OpenFile>()
/** Calls that a fate of this kind can meet. No EINTR: libuv makes an interrupted `open` again, so Node never sees it. */
const FAILS: Readonly<Record<string, readonly string[]>> = {
  ENOSPC: ['write', 'mkdir'],
  EIO: ['write', 'fsync', 'rename'],
  EMFILE: ['open'],
}

/** Every call begins here: the clock goes on, others act, and what is to happen to the process happens. */
function enter(call: string, path: string): Process | undefined {
  const process = currentProcess()
  if (process === undefined) return undefined
  if (process.isDead) throw new Killed()
  const world = machine()
  world.pass(world.random.next() * 0.2)
  world.interlude()
  process.calls += 1
  world.trace?.push(`${process.name} ${process.calls} ${call} ${path}`)
  const { fate } = process
  if (fate === undefined || process.calls < fate.at) return process
  if (fate.what === 'kill' || fate.what === 'power cut') {
    if (process.calls > fate.at) return process
    if (call === 'write' && world.random.chance(0.7)) return process
    stop(process)
  }
  // A disk that is full stays so, and so does one that fails; too many open files pass.
  const fails = FAILS[fate.what]?.includes(call) === true
  const passes = fate.what === 'EMFILE'
  if (fails && (!passes || process.calls === fate.at)) throw systemError(fate.what, call, path)
  return process
}

function stop(process: Process): never {
  const world = machine()
  if (process.fate?.what === 'power cut') world.cutPower()
  else world.end(process)
  throw new Killed()
}

function found(path: string, call: string): Node {
  const node = machine().disk.find(path)
  if (node === undefined) throw systemError('ENOENT', call, path)
  return node
}

function opened(fd: number, call: string): OpenFile {
  const file = files.get(fd)
  if (file === undefined) throw systemError('EBADF', call, String(fd))
  return file
}

function fileAt(fd: number, call: string): { file: OpenFile; node: FileNode } {
  const file = opened(fd, call)
  if (!(file.node instanceof FileNode)) throw systemError('EISDIR', call, file.path)
  return { file, node: file.node }
}

function flagsOf(flags: number | string): number {
  if (typeof flags === 'number') return flags
  if (flags === 'r') return constants.O_RDONLY
  const opens = flags.startsWith('a') ? constants.O_APPEND : constants.O_TRUNC
  return constants.O_WRONLY | constants.O_CREAT | opens
}

export function openSync(path: string, flags: number | string = 'r', mode = 0o666): number {
  const process = enter('open', path)
  const { disk } = machine()
  const asked = flagsOf(flags)
  let node = disk.find(path)
  if (node !== undefined && asked & constants.O_CREAT && asked & constants.O_EXCL)
    throw systemError('EEXIST', 'open', path)
  if (node === undefined) {
    if (!(asked & constants.O_CREAT) || disk.folderOf(path).folder === undefined)
      throw systemError('ENOENT', 'open', path)
    node = disk.create(path, FileNode, mode & ~0o022)
  }
  if (node instanceof FolderNode && asked & (constants.O_WRONLY | constants.O_RDWR))
    throw systemError('EISDIR', 'open', path)
  if (node instanceof FileNode && asked & constants.O_DIRECTORY) throw systemError('ENOTDIR', 'open', path)
  if (node instanceof FileNode && asked & constants.O_TRUNC && node.bytes.length > 0) {
    node.truncate(0)
    node.touch(disk.now())
  }
  const file = { node, path, appends: (asked & constants.O_APPEND) !== 0, position: 0 }
  const fd = machine().descriptor()
  files.set(fd, file)
  process?.open.set(fd, file)
  return fd
}

export function closeSync(fd: number): void {
  const process = currentProcess()
  if (!files.delete(fd) && process?.isDead !== true) throw systemError('EBADF', 'close', String(fd))
  process?.open.delete(fd)
}

export function readSync(
  fd: number,
  into: Buffer,
  start: number,
  length: number,
  position: number | null,
): number {
  const { file, node } = fileAt(fd, 'read')
  enter('read', file.path)
  const from = position ?? file.position
  const end = Math.min(from + length, node.bytes.length)
  const read = from >= end ? 0 : node.bytes.copy(into, start, from, end)
  if (position === null) file.position += read
  return read
}

export function writeSync(
  fd: number,
  content: Buffer | Uint8Array | string,
  start = 0,
  length?: number,
  position?: number | null,
): number {
  const { file, node } = fileAt(fd, 'write')
  const process = enter('write', file.path)
  const { random, disk } = machine()
  const whole = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content)
  let bytes =
    typeof content === 'string'
      ? whole
      : whole.subarray(start, length === undefined ? undefined : start + length)
  const isLast = process?.fate !== undefined && process.calls === process.fate.at
  const dies = isLast && (process.fate.what === 'kill' || process.fate.what === 'power cut')
  // The last write of a killed process, and now and then another one, is a short one.
  if (bytes.length > 1 && (dies || (process !== undefined && random.chance(0.02))))
    bytes = bytes.subarray(0, 1 + random.below(bytes.length - 1))
  const at = file.appends ? node.bytes.length : (position ?? file.position)
  node.write(at, bytes)
  node.touch(disk.now())
  file.position = at + bytes.length
  if (dies) stop(process)
  return bytes.length
}

export function fsyncSync(fd: number): void {
  sync('fsync', fd)
}

/** With an answer in place of an exception; nothing happens in between. */
export function fsync(fd: number, done: (error: Error | null) => void): void {
  try {
    fsyncSync(fd)
    done(null)
  } catch (error) {
    done(error as Error)
  }
}

export function fdatasyncSync(fd: number): void {
  sync('fdatasync', fd)
}

function sync(call: string, fd: number): void {
  const { node, path } = opened(fd, call)
  const { skipped } = machine()
  if (skipped?.call === call && path.endsWith(skipped.end)) return
  try {
    enter('fsync', path)
  } catch (error) {
    if (node instanceof FileNode && !(error instanceof Killed)) node.failSync()
    throw error
  }
  node.sync()
}

export function ftruncateSync(fd: number, size = 0): void {
  const { file, node } = fileAt(fd, 'ftruncate')
  enter('ftruncate', file.path)
  node.truncate(size)
  node.touch(machine().disk.now())
}

interface StatOptions {
  readonly bigint?: boolean
  readonly throwIfNoEntry?: boolean
}

export function fstatSync(fd: number, options: StatOptions = {}): unknown {
  const { node, path } = opened(fd, 'fstat')
  enter('fstat', path)
  return statsOf(node, options.bigint === true)
}

export function lstatSync(path: string, options: StatOptions = {}): unknown {
  enter('lstat', path)
  const node = machine().disk.find(path)
  if (node === undefined && options.throwIfNoEntry === false) return undefined
  return statsOf(node ?? found(path, 'lstat'), options.bigint === true)
}

export { lstatSync as statSync }

export function existsSync(path: string): boolean {
  enter('access', path)
  return machine().disk.find(path) !== undefined
}

export function accessSync(path: string): void {
  enter('access', path)
  found(path, 'access')
}

export function readdirSync(path: string, options: { withFileTypes?: boolean } = {}): unknown {
  enter('scandir', path)
  const node = found(path, 'scandir')
  if (!(node instanceof FolderNode)) throw systemError('ENOTDIR', 'scandir', path)
  const names = [...node.entries.keys()].sort()
  if (options.withFileTypes !== true) return names
  return names.map((name) => {
    const isFolder = node.entries.get(name) instanceof FolderNode
    const types = { isFile: () => !isFolder, isDirectory: () => isFolder, isSymbolicLink: () => false }
    return { name, parentPath: path, ...types }
  })
}

export function mkdirSync(path: string, options: { recursive?: boolean; mode?: number } = {}): void {
  enter('mkdir', path)
  const { disk } = machine()
  if (options.recursive === true) {
    let above = ''
    for (const name of path.split('/').filter(Boolean)) {
      above += `/${name}`
      const there = disk.find(above)
      if (there instanceof FileNode) throw systemError('EEXIST', 'mkdir', path)
      if (there === undefined) disk.create(above, FolderNode, options.mode ?? 0o755)
    }
    return
  }
  if (disk.find(path) !== undefined) throw systemError('EEXIST', 'mkdir', path)
  if (disk.folderOf(path).folder === undefined) throw systemError('ENOENT', 'mkdir', path)
  disk.create(path, FolderNode, options.mode ?? 0o755)
}

export function unlinkSync(path: string): void {
  enter('unlink', path)
  if (found(path, 'unlink') instanceof FolderNode) throw systemError('EISDIR', 'unlink', path)
  machine().disk.remove(path)
}

export function rmSync(path: string, options: { force?: boolean; recursive?: boolean } = {}): void {
  enter('unlink', path)
  const node = machine().disk.find(path)
  if (node === undefined && options.force === true) return
  if (found(path, 'rm') instanceof FolderNode && options.recursive !== true)
    throw systemError('ERR_FS_EISDIR', 'rm', path)
  machine().disk.remove(path)
}

export function rmdirSync(path: string): void {
  enter('rmdir', path)
  const node = found(path, 'rmdir')
  if (!(node instanceof FolderNode)) throw systemError('ENOTDIR', 'rmdir', path)
  if (node.entries.size > 0) throw systemError('ENOTEMPTY', 'rmdir', path)
  machine().disk.remove(path)
}

export function renameSync(from: string, to: string): void {
  enter('rename', to)
  const { disk } = machine()
  const node = found(from, 'rename')
  const [source, target] = [disk.folderOf(from), disk.folderOf(to)]
  if (source.folder === undefined || target.folder === undefined) throw systemError('ENOENT', 'rename', to)
  const there = target.folder.entries.get(target.name)
  if (there === node) return
  if (there instanceof FolderNode && node instanceof FileNode) throw systemError('EISDIR', 'rename', to)
  if (there instanceof FileNode && node instanceof FolderNode) throw systemError('ENOTDIR', 'rename', to)
  if (there instanceof FolderNode && there.entries.size > 0) throw systemError('ENOTEMPTY', 'rename', to)
  if (source.folder === target.folder) source.folder.change([source.name, undefined], [target.name, node])
  else {
    target.folder.change([target.name, node])
    source.folder.change([source.name, undefined])
  }
  for (const folder of [source.folder, target.folder]) folder.touch(disk.now())
  node.ctime = disk.now()
}

export function readFileSync(
  path: string | number,
  encoding?: BufferEncoding | { encoding?: BufferEncoding },
): Buffer | string {
  const fd = typeof path === 'number' ? path : openSync(path)
  try {
    const { node, file } = fileAt(fd, 'read')
    enter('read', file.path)
    const format = typeof encoding === 'object' ? encoding.encoding : encoding
    return format === undefined ? Buffer.from(node.bytes) : node.bytes.toString(format)
  } finally {
    if (fd !== path) closeSync(fd)
  }
}

export function writeFileSync(path: string, content: string | Uint8Array, options?: { mode?: number }): void {
  writeAll(openSync(path, 'w', options?.mode), content)
}

export function appendFileSync(
  path: string,
  content: string | Uint8Array,
  options?: { mode?: number },
): void {
  writeAll(openSync(path, 'a', options?.mode), content)
}

function writeAll(fd: number, content: string | Uint8Array): void {
  const bytes = Buffer.from(content as Uint8Array)
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done)
  } finally {
    closeSync(fd)
  }
}

export function copyFileSync(from: string, to: string): void {
  writeFileSync(to, readFileSync(from))
}

export function createReadStream(_path: string, { fd }: { fd: number }): Readable {
  return Readable.from(
    (function* () {
      try {
        yield readFileSync(fd)
      } finally {
        closeSync(fd)
      }
    })(),
  )
}

export function fchmodSync(fd: number, mode: number): void {
  opened(fd, 'fchmod').node.mode = mode
}

export function chmodSync(path: string, mode: number): void {
  found(path, 'chmod').mode = mode
}

export function fchownSync(): void {
  // Everything belongs to one user.
}

export { fchownSync as chownSync }

export function statfsSync(): { bavail: number; bsize: number } {
  return { bavail: 1024, bsize: 4096 }
}

export function realpathSync(path: string): string {
  return path
}
realpathSync.native = realpathSync
