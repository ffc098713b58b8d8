import { isKittyError, type KittyError } from '../errors/kitty-error.js'
import type { Notices } from '../errors/notices.js'
import { closedIds } from '../log/archive/closed-logs.js'
import type { RawLine } from '../log/event-log.js'
import { type Committed, committedLines, linesOfHead } from '../log/repair/committed-lines.js'
import { TipMemory } from '../log/repair/tip-memory.js'
import { isLogHidden, unstagedDeletions, youngestUnstaged } from '../log/repair/unstaged-deletions.js'
import type { Workspace } from '../workspace/workspace.js'

/** The log's lines as git has them: in its index, in HEAD, in other branches. Leaves out those of closed logs. */
export class GitLines {
  constructor(
    private readonly workspace: Workspace,
    private readonly notices: Notices,
  ) {}

  /** Lines that git's index has and the work tree lacks; undefined when git cannot tell now. */
  unstaged(): RawLine[] | undefined {
    return this.ifItAnswers(() => {
      const lines = unstagedDeletions(this.workspace)
      return lines && this.#notClosed(lines)
    })
  }

  /**
   * Lines of the work tree that git's index lacks, unless they are known: no commit has them.
   * @returns undefined when git cannot tell now
   */
  youngest(known: ReadonlySet<string>): RawLine[] | undefined {
    const lines = this.ifItAnswers(() => youngestUnstaged(this.workspace, known))
    return lines && this.#notClosed(lines)
  }

  /** Lines of HEAD that git was told to keep out of the work tree. */
  hidden(): RawLine[] {
    const { root, eventsDir } = this.workspace
    const files = this.ifItAnswers(() =>
      isLogHidden(this.workspace) ? [...linesOfHead(root, eventsDir)] : [],
    )
    return this.#notClosed((files ?? []).flat())
  }

  /** Which of these lines git has, and where. */
  committed(lines: readonly RawLine[]): Committed {
    const { root, eventsDir, tipsDir } = this.workspace
    return committedLines(root, eventsDir, lines, { memory: new TipMemory(tipsDir) })
  }

  /**
   * Returns undefined when git fails this time: we put nothing back, and the next command asks again.
   * @throws KittyError UnsafeSetup, MissingDependency: git cannot answer until someone fixes the setup
   */
  ifItAnswers<T>(ask: () => T): T | undefined {
    try {
      return ask()
    } catch (error) {
      if (!isKittyError(error) || error.kind !== 'GitFailure') throw error
      this.notices.warn(couldNotFindOut(error))
      return undefined
    }
  }

  /** Leaves out events of closed logs, which a new log has replaced. */
  #notClosed(lines: RawLine[]): RawLine[] {
    if (lines.length === 0) return lines
    const closed = closedIds(this.workspace.privateDir)
    return lines.filter(({ event_id }) => !closed.has(event_id))
  }
}

export function couldNotFindOut({ message }: KittyError): string {
  return `Could not find out whether git removed events from .kittify/events. ${message}`
}
