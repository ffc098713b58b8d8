import { join } from 'node:path'
import { isKittyError, systemCode } from '../../errors/kitty-error.js'
import { readNow } from '../../files/read-optional.js'
import { replaceFile } from '../../files/replace-file.js'
import { makeFolder } from '../../git/shared-folder.js'
import { currentBranch } from '../../git/branch.js'
import type { Workspace } from '../../workspace/workspace.js'

/** Read at most this many bytes from the end of a reflog. */
const REFLOG_BYTES = 64 * 1024
/**
 * What ordinary work writes to a reflog: it adds to the log and removes nothing. No amended commit, no branch that was set
 * to another commit, no fetch by force, and no pull that rebases.
 */
const ADDS =
  /^(?:commit(?: \((?:initial|merge)\))?:|branch: Created|(?:merge|clone|cherry-pick|am)\b|(?:pull|fetch)\b(?!.*(?:\((?:start|finish)\)|forced-update)))/s

export interface BranchMove {
  /** The branch's previous commit. */
  readonly from: string
  readonly message: string
}

/**
 * Returns the moves of the log's branch that may have removed something from it since the last call, newest first
 * (gitrepository-layout(5), `logs`). Reports each move once.
 */
export function newRemovals({ logGitDir, gitCommonDir, privateDir }: Workspace): BranchMove[] {
  const branch = currentBranch(logGitDir)
  const reflog =
    branch === undefined
      ? join(logGitDir, 'logs', 'HEAD')
      : join(gitCommonDir, 'logs', 'refs', 'heads', branch)
  const text = bytesOf(reflog)
  // It only names what git removed: ask again next time.
  if (text === undefined) return []
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
    // git update-ref gives no message. A message may have a line separator (U+2028), which a dot leaves out without `s`.
    const [, from, message = ''] = /^([0-9a-f]{40,64}) [0-9a-f]{40,64} [^\t]*(?:\t(.*))?$/s.exec(line) ?? []
    return from === undefined || /^0+$/.test(from) ? [] : [{ from, message }]
  })
  // A commit made by hand may also remove lines, so check the newest move whatever its message.
  return moves.filter(({ message }, at) => at === 0 || !ADDS.test(message))
}

/** How far each reflog was read, by path. */
function seenIn(place: string): Record<string, number> {
  try {
    const value: unknown = JSON.parse(bytesOf(place)?.toString('utf8') ?? '')
    if (typeof value !== 'object' || value === null) return {}
    return Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
    )
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return {}
  }
}

/** Best effort: if it cannot be saved, the next call reports the same moves again. */
function note(place: string, seen: Record<string, number>): void {
  try {
    makeFolder(join(place, '..'))
    replaceFile(place, Buffer.from(`${JSON.stringify(seen)}\n`))
  } catch (error) {
    if (!isKittyError(error) && systemCode(error) === undefined) throw error
  }
}

/** @returns undefined when it cannot be read */
function bytesOf(path: string): Buffer | undefined {
  try {
    return readNow(path)
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    return code === 'ENOENT' ? Buffer.alloc(0) : undefined
  }
}
