import { constants } from 'node:fs'
import { FileNode, type Node } from './disk.js'

/** What a stat answers: numbers, or with `bigint` whole numbers and nanoseconds. */
export function statsOf(node: Node, big: boolean): object {
  const isFile = node instanceof FileNode
  const mode = node.mode | (isFile ? constants.S_IFREG : constants.S_IFDIR)
  const size = isFile ? node.bytes.length : 4096
  const no = (): boolean => false
  const types = {
    isFile: () => isFile,
    isDirectory: () => !isFile,
    isSymbolicLink: no,
    isFIFO: no,
    isSocket: no,
    isBlockDevice: no,
    isCharacterDevice: no,
  }
  const { ino, birth, mtime, ctime } = node
  if (big) {
    const times = { birthtimeNs: birth, mtimeNs: mtime, ctimeNs: ctime, atimeNs: mtime }
    return {
      dev: 1n,
      ino,
      mode: BigInt(mode),
      size: BigInt(size),
      uid: 1000n,
      gid: 1000n,
      nlink: 1n,
      ...times,
      ...types,
    }
  }
  const ms = (time: bigint): number => Number(time) / 1e6
  const times = { birthtimeMs: ms(birth), mtimeMs: ms(mtime), ctimeMs: ms(ctime), mtime: new Date(ms(mtime)) }
  return { dev: 1, ino: Number(ino), mode, size, uid: 1000, gid: 1000, nlink: 1, ...times, ...types }
}
