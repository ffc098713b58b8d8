import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { isKittyError } from '../../errors/kitty-error.js'
import { readOptional } from '../../files/read-optional.js'
import { replaceFile } from '../../files/replace-file.js'
import { headState, isMergeWaiting } from '../../git/head.js'
import { committedLines } from '../../log/repair/committed-lines.js'
import { Journal, type JournalPosition } from '../../log/repair/journal.js'
import { Workspace } from '../../workspace/workspace.js'

/** What this clone's log contains that git does not have yet. */
export interface Uncommitted {
  /** Events written in this clone that are on no branch. Null if git could not be queried. */
  readonly uncommitted_events: number | null
  /** True if a merge in the log's checkout still needs to be committed. */
  readonly merge_waiting: boolean
}

/** The count for one HEAD. Lines added to the journal since then cannot be in that HEAD. */
interface Counted {
  readonly head: string
  readonly journal: JournalPosition
  readonly count: number
}

/** Determines what is not committed yet. Queries git only if HEAD has moved since the last time. */
@injectable()
export class CommitState {
  constructor(
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Journal) private readonly journal: Journal,
  ) {}

  /** @throws KittyError UnsafeSetup, MissingDependency */
  look(): Uncommitted {
    return {
      uncommitted_events: this.#count(),
      merge_waiting: isMergeWaiting(this.workspace),
    }
  }

  #count(): number | null {
    const head = headState(this.workspace)
    const known = this.#known()
    const isSame = known?.head === head
    const { lines, end } = this.journal.read(isSame ? known.journal : undefined)
    if (isSame && known.journal.identity === end.identity && known.journal.offset <= end.offset) {
      const count = known.count + lines.length
      if (lines.length > 0) this.#remember({ head, journal: end, count })
      return count
    }
    try {
      const all = isSame ? this.journal.read().lines : lines
      const { inHead, elsewhere } = committedLines(this.workspace.root, this.workspace.eventsDir, all)
      const count = all.filter(({ event_id }) => !inHead.has(event_id) && !elsewhere.has(event_id)).length
      this.#remember({ head, journal: end, count })
      return count
    } catch (error) {
      if (!isKittyError(error) || error.kind !== 'GitFailure') throw error
      return null
    }
  }

  get #file(): string {
    return join(this.workspace.privateDir, 'uncommitted.json')
  }

  #known(): Counted | undefined {
    try {
      const value: unknown = JSON.parse(readOptional(this.#file) ?? 'null')
      return isCounted(value) ? value : undefined
    } catch {
      // Torn by a crash: count again.
      return undefined
    }
  }

  #remember(counted: Counted): void {
    // Before the first write there is no private folder, and nothing to count.
    if (counted.journal.identity === '') return
    try {
      replaceFile(this.#file, Buffer.from(`${JSON.stringify(counted)}\n`))
    } catch (error) {
      // If nothing can be written here, git is queried every time.
      if (!isKittyError(error)) throw error
    }
  }
}

function isCounted(value: unknown): value is Counted {
  if (typeof value !== 'object' || value === null) return false
  const { head, journal, count } = value as Partial<Record<keyof Counted, unknown>>
  if (typeof journal !== 'object' || journal === null) return false
  const { identity, offset } = journal as Partial<Record<keyof JournalPosition, unknown>>
  return (
    typeof head === 'string' &&
    typeof identity === 'string' &&
    Number.isSafeInteger(offset) &&
    Number.isSafeInteger(count)
  )
}
