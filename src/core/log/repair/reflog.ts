import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isKittyError, systemCode } from '../../errors/kitty-error.js'
import { replaceFile } from '../../files/replace-file.js'
import { currentBranch } from '../../git/branch.js'
import type { Workspace } from '../../workspace/workspace.js'

/** Of a reflog at most its last so many bytes are read. */
const REFLOG_BYTES = 64 * 1024
/** What ordinary work writes into a reflog: it adds to the log and takes nothing out. */
const ADDS = /^(?:commit(?: \((?:initial|merge)\))?|merge|pull|clone|cherry-pick|am|branch|fetch)\b/

export interface BranchMove {
  /** Where the branch stood before. */
  readonly from: string
  readonly message: string
}

/**
 * Moves of the log's branch that may have taken something out of it since the last call, the newest first
 * (gitrepository-layout(5), `logs`). Each is answered once.
 */
export function newRemovals({ logGitDir, gitCommonDir, privateDir }: Workspace): BranchMove[] {
  const branch = currentBranch(logGitDir)
  const reflog =
    branch === undefined
      ? join(logGitDir, 'logs', 'HEAD')
      : join(gitCommonDir, 'logs', 'refs', 'heads', branch)
  const text = bytesOf(reflog)
  const place = join(privateDir, 'reflogs-seen.json')
  const seen = seenIn(place)
  const known = seen[reflog] ?? 0
  if (text.length === known) return []
  note(place, { ...seen, [reflog]: text.length })
  return removals(text.subarray(known < text.length ? known : 0))
}

function removals(reflog: Buffer): BranchMove[] {
  const lines = reflog.subarray(-REFLOG_BYTES).toString('utf8').split('\n').reverse()
  const moves = lines.flatMap((line): BranchMove[] => {
    const [, from, message] = /^([0-9a-f]{40,64}) [0-9a-f]{40,64} [^\t]*\t(.*)$/.exec(line) ?? []
    return from === undefined || message === undefined || /^0+$/.test(from) ? [] : [{ from, message }]
  })
  // A commit made by hand may take out as well: the newest is looked at whatever it says.
  return moves.filter(({ message }, at) => at === 0 || !ADDS.test(message))
}

/** How far each reflog was read, by its path. */
function seenIn(place: string): Record<string, number> {
  try {
    const value: unknown = JSON.parse(bytesOf(place).toString('utf8'))
    if (typeof value !== 'object' || value === null) return {}
    return Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
    )
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return {}
  }
}

/** Best effort: where it cannot be noted the same is said again. */
function note(place: string, seen: Record<string, number>): void {
  try {
    mkdirSync(join(place, '..'), { recursive: true })
    replaceFile(place, Buffer.from(`${JSON.stringify(seen)}\n`))
  } catch (error) {
    if (!isKittyError(error) && systemCode(error) === undefined) throw error
  }
}

function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return Buffer.alloc(0)
  }
}
