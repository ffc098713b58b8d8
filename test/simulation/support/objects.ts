import { createHash } from 'node:crypto'

/** A log in a commit: the blob of each day file, by name. */
export type Tree = ReadonlyMap<string, string>

export interface Commit {
  readonly id: string
  readonly parents: readonly string[]
  readonly tree: Tree
  readonly message: string
  /** In the order they were made. */
  readonly number: number
}

/** Git's objects. Clones share one store, as a fetch would bring them there. */
export class Objects {
  readonly #blobs = new Map<string, Buffer>()
  readonly #commits = new Map<string, Commit>()

  blob(bytes: Buffer): string {
    const id = idOf('blob', bytes)
    if (!this.#blobs.has(id)) this.#blobs.set(id, bytes)
    return id
  }

  commit(parents: readonly string[], tree: Tree, message: string): string {
    const number = this.#commits.size
    const id = idOf('commit', Buffer.from(JSON.stringify([parents, [...tree].sort(), message, number])))
    this.#commits.set(id, { id, parents, tree, message, number })
    return id
  }

  commitOf(id: string): Commit {
    const commit = this.#commits.get(id)
    if (commit === undefined) throw new Error(`no commit ${id}`)
    return commit
  }

  treeOf(commit: string | undefined): Tree {
    return commit === undefined ? new Map() : this.commitOf(commit).tree
  }

  bytes(blob: string): Buffer {
    const bytes = this.#blobs.get(blob)
    if (bytes === undefined) throw new Error(`no blob ${blob}`)
    return bytes
  }

  /** What `git cat-file --batch` knows by this ID: blobs, and commits by their type alone. */
  find(id: string): { type: string; content: Buffer } | undefined {
    const blob = this.#blobs.get(id)
    if (blob !== undefined) return { type: 'blob', content: blob }
    return this.#commits.has(id) ? { type: 'commit', content: Buffer.alloc(0) } : undefined
  }

  /** With the commit itself. */
  ancestors(id: string | undefined): Set<string> {
    const seen = new Set<string>()
    const left = id === undefined ? [] : [id]
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      if (seen.has(next)) continue
      seen.add(next)
      left.push(...this.commitOf(next).parents)
    }
    return seen
  }
}

/** A tree as git stores it: `mode name NUL id`, one after the other. */
export function treeObject(tree: Tree): { id: string; content: Buffer } {
  const entries = [...tree].sort(([a], [b]) => (a < b ? -1 : 1))
  const parts = entries.flatMap(([name, id]) => [Buffer.from(`100644 ${name}\0`), Buffer.from(id, 'hex')])
  const content = Buffer.concat(parts)
  return { id: idOf('tree', content), content }
}

function idOf(type: string, bytes: Buffer): string {
  return createHash('sha1').update(`${type} ${bytes.length}\0`).update(bytes).digest('hex')
}
