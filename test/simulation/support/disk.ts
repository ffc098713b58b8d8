import type { Random } from './random.js'

/** What a file has been told since it was last synced. `lost`: a sync of it has failed, and no later one keeps it. */
type Change =
  { readonly at: number; readonly bytes: Buffer; lost?: true } | { readonly size: number; lost?: true }

type Entry = readonly [name: string, node: Node | undefined]

abstract class Named {
  mode: number
  mtime: bigint
  ctime: bigint

  constructor(
    readonly ino: bigint,
    readonly birth: bigint,
    mode: number,
  ) {
    this.mode = mode
    this.mtime = this.ctime = birth
  }

  touch(now: bigint): void {
    this.mtime = this.ctime = now
  }
}

export class FileNode extends Named {
  bytes: Buffer = Buffer.alloc(0)
  /**
   * Whose name for it is on disk once the file is, as on ext4, XFS and Btrfs: git makes names and never syncs a folder,
   * so they are as durable as the file system makes them. What kitty names it must sync itself.
   */
  namedBy: FolderNode | undefined
  #durable: Buffer = this.bytes
  #changes: Change[] = []

  write(at: number, bytes: Buffer): void {
    this.#changes.push({ at, bytes })
    this.bytes = written(this.bytes, at, bytes)
  }

  truncate(size: number): void {
    this.#changes.push({ size })
    this.bytes = resized(this.bytes, size)
  }

  sync(): void {
    for (const change of this.#changes)
      if (change.lost !== true) this.#durable = applied(this.#durable, change)
    this.#changes = []
    this.namedBy?.sync()
    this.namedBy = undefined
  }

  /** The kernel marks pages clean that it could not write (fsync(2), "Bugs"). */
  failSync(): void {
    for (const change of this.#changes) change.lost = true
  }

  /** What a power cut leaves: of what was not synced nothing, a beginning, or pieces with holes between them. */
  cutPower(random: Random): void {
    const changes = this.#changes.filter((change) => change.lost !== true)
    const how = random.below(4)
    let left = this.#durable
    const kept = how === 0 ? 0 : random.below(changes.length + 1)
    changes.forEach((change, at) => {
      if (how === 3 ? random.chance(0.5) : at < kept) left = applied(left, change)
      else if (how === 2 && at === kept && 'bytes' in change)
        left = written(left, change.at, change.bytes.subarray(0, random.below(change.bytes.length)))
    })
    this.bytes = this.#durable = left
    this.#changes = []
  }
}

export class FolderNode extends Named {
  entries = new Map<string, Node>()
  #durable = new Map<string, Node>()
  /** In order; a rename within the folder is one change. */
  #changes: (readonly Entry[])[] = []

  change(...entries: readonly Entry[]): void {
    this.#changes.push(entries)
    for (const entry of entries) put(this.entries, entry)
  }

  sync(): void {
    this.#durable = new Map(this.entries)
    this.#changes = []
  }

  /** Of the names that were not synced, the first so many are there. */
  cutPower(random: Random): void {
    const kept = this.#changes.slice(0, random.below(this.#changes.length + 1))
    for (const change of kept) for (const entry of change) put(this.#durable, entry)
    this.entries = new Map(this.#durable)
    this.#changes = []
    for (const node of this.entries.values()) node.cutPower(random)
  }
}

export type Node = FileNode | FolderNode

/** A disk with a cache before it: a write is visible immediately, and is there after a power cut when it was synced. */
export class Disk {
  readonly root = new FolderNode(1n, 0n, 0o755)
  #inodes = 1n

  constructor(readonly now: () => bigint) {}

  find(path: string): Node | undefined {
    let node: Node | undefined = this.root
    for (const name of namesIn(path)) {
      if (!(node instanceof FolderNode)) return undefined
      node = node.entries.get(name)
    }
    return node
  }

  /** The folder that holds the path's last name. */
  folderOf(path: string): { folder: FolderNode | undefined; name: string } {
    const at = path.lastIndexOf('/')
    const folder = this.find(path.slice(0, at))
    return { folder: folder instanceof FolderNode ? folder : undefined, name: path.slice(at + 1) }
  }

  create<T extends Node>(
    path: string,
    Kind: new (ino: bigint, birth: bigint, mode: number) => T,
    mode: number,
  ): T {
    const { folder, name } = this.folderOf(path)
    if (folder === undefined) throw new Error(`no folder for ${path}`)
    const node = new Kind((this.#inodes += 1n), this.now(), mode)
    folder.change([name, node])
    folder.touch(this.now())
    return node
  }

  /** A folder with every folder above it, on disk for good. */
  makeFolders(path: string): void {
    let above = ''
    for (const name of namesIn(path)) {
      above += `/${name}`
      if (this.find(above) === undefined) this.create(above, FolderNode, 0o755)
      this.folderOf(above).folder?.sync()
    }
  }

  /** As git writes its own files: whole, and on disk for good. */
  writeDurably(path: string, bytes: Buffer): void {
    this.makeFolders(path.slice(0, path.lastIndexOf('/')))
    const node = this.create(path, FileNode, 0o644)
    node.write(0, bytes)
    node.sync()
    this.folderOf(path).folder?.sync()
  }

  bytesOf(path: string): Buffer | undefined {
    const node = this.find(path)
    return node instanceof FileNode ? node.bytes : undefined
  }

  namesIn(path: string): string[] {
    const node = this.find(path)
    return node instanceof FolderNode ? [...node.entries.keys()].sort() : []
  }

  remove(path: string): void {
    const { folder, name } = this.folderOf(path)
    folder?.change([name, undefined])
    folder?.touch(this.now())
  }

  cutPower(random: Random): void {
    this.root.cutPower(random)
  }
}

const split = new Map<string, string[]>()

function namesIn(path: string): string[] {
  const known = split.get(path) ?? path.split('/').filter((name) => name !== '' && name !== '.')
  if (split.size < 10_000) split.set(path, known)
  return known
}

function put(entries: Map<string, Node>, [name, node]: Entry): void {
  if (node === undefined) entries.delete(name)
  else entries.set(name, node)
}

function applied(bytes: Buffer, change: Change): Buffer {
  return 'size' in change ? resized(bytes, change.size) : written(bytes, change.at, change.bytes)
}

function written(old: Buffer, at: number, bytes: Buffer): Buffer {
  const whole = Buffer.alloc(Math.max(old.length, at + bytes.length))
  old.copy(whole)
  bytes.copy(whole, at)
  return whole
}

function resized(old: Buffer, size: number): Buffer {
  return size <= old.length
    ? Buffer.from(old.subarray(0, size))
    : Buffer.concat([old, Buffer.alloc(size - old.length)])
}
