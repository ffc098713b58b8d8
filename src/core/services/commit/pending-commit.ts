import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { putPrivate } from '../../files/put-private.js'
import { readPlain } from '../../files/read-plain.js'
import { resolveCommit } from '../../git/git.js'
import { followCommit, parentOf } from '../../git/own-index.js'
import { Workspace } from '../../workspace/workspace.js'

interface Pending {
  /** The commit to build on; null before the first one. */
  readonly before: string | null
  readonly files: readonly string[]
}

const BYTES_LIMIT = 4 * 1024 * 1024

/**
 * The note that outlives a `kitty commit` killed between its commit and the user's index. Without it the user's next
 * commit would take back what kitty's brought.
 */
@injectable()
export class PendingCommit {
  constructor(@inject(Workspace) private readonly workspace: Workspace) {}

  keep(pending: Pending): void {
    putPrivate(this.#file, Buffer.from(`${JSON.stringify(pending)}\n`))
  }

  forget(): void {
    putPrivate(this.#file, Buffer.from('null\n'))
  }

  /** Lets the user's index follow a commit that was made and not followed. @throws KittyError if git fails */
  finish(): void {
    const pending = this.#read()
    if (pending === undefined) return
    const { root } = this.workspace
    const before = pending.before ?? undefined
    const after = resolveCommit(root, 'HEAD')
    if (after !== undefined && after !== before && parentOf(root, after) === before)
      followCommit(root, pending.files, { before, after })
    this.forget()
  }

  get #file(): string {
    return join(this.workspace.privateDir, 'commit.json')
  }

  #read(): Pending | undefined {
    const file = readPlain(this.#file, BYTES_LIMIT)
    if (!file.ok) return undefined
    try {
      const value: unknown = JSON.parse(file.bytes.toString('utf8'))
      return isPending(value) ? value : undefined
    } catch (error) {
      if (error instanceof SyntaxError) return undefined
      throw error
    }
  }
}

function isPending(value: unknown): value is Pending {
  if (typeof value !== 'object' || value === null) return false
  const { before, files } = value as Partial<Record<keyof Pending, unknown>>
  return (
    (before === null || typeof before === 'string') &&
    Array.isArray(files) &&
    files.every((file) => typeof file === 'string')
  )
}
