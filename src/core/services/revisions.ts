import { inject, injectable } from 'inversify'
import { quoted } from '../errors/secrets.js'
import { KittyError } from '../errors/kitty-error.js'
import type { LogEvent } from '../events-lib.js'
import type { LogProblem } from '../log/event-log.js'
import { Redactions } from '../log/redactions.js'
import { linesAtRevision } from '../log/revision-log.js'
import { type HeldEvents, HeldLog } from '../projections/held-events.js'
import { askGitText, resolveCommit } from '../git/git.js'
import { Workspace } from '../workspace/workspace.js'
import { Notices } from '../errors/notices.js'
import { sentence, shownCommand } from '../errors/next-step.js'
import { counted } from '../errors/counted.js'

const NAMED = 20

/** The log at a commit. */
export interface RevisionLog {
  readonly commit: string
  /** As git has it, which is what an audit looks at. */
  readonly log: HeldLog
  /** As it counts here: what may be shown. */
  readonly counted: HeldLog
}

/** The log as it is in git's commits. */
@injectable()
export class Revisions {
  constructor(
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Notices) private readonly notices: Notices,
    @inject(Redactions) private readonly redactions: Redactions,
  ) {}

  /**
   * The events as they count here: git keeps the full line of a redacted one.
   * @param asked any revision that git understands (gitrevisions(7)), resolved in the checkout where the command runs
   * @param from the option that supplied it, for messages
   * @throws KittyError UsageError if git knows no such commit
   */
  async log(asked: string, from: string): Promise<{ commit: string; events: readonly LogEvent[] }> {
    const events: LogEvent[] = []
    const commit = await this.#each(asked, from, (some) => {
      for (const event of some) events.push(this.redactions.counted(event))
    })
    return { commit, events }
  }

  /** As `log`, for logs that are compared. @param held gets the lines */
  async held(asked: string, from: string, held: HeldEvents): Promise<RevisionLog> {
    const log = new HeldLog(held)
    const counted = this.redactions.all.size === 0 ? log : new HeldLog(held)
    const commit = await this.#each(asked, from, (some) => {
      log.add(some)
      if (counted !== log) counted.add(some.map((event) => this.redactions.counted(event)))
    })
    return { commit, log, counted }
  }

  async #each(asked: string, from: string, found: (events: readonly LogEvent[]) => void): Promise<string> {
    const { root, eventsDir } = this.workspace
    const commit = this.commit(asked, from)
    let problems = 0
    let first: LogProblem | undefined
    for await (const lines of linesAtRevision(root, eventsDir, commit)) {
      found(lines.flatMap(({ event }) => event ?? []))
      for (const { problem } of lines) {
        if (problem === undefined) continue
        problems += 1
        first ??= problem
      }
    }
    if (first !== undefined) {
      const place = ` (first ${first.file}:${first.line}: ${first.message})`
      this.notices.warn(`Passed over ${counted(problems, 'line')} of the log at ${asked}${place}.`)
    }
    return commit
  }

  /** The commit's object ID. Takes the same parameters and throws the same errors as `log`. */
  commit(asked: string, from: string): string {
    const commit = resolveCommit(this.workspace.worktree, asked)
    if (commit === undefined) throw this.#unknown(asked, from)
    return commit
  }

  #unknown(asked: string, from: string): KittyError {
    const names = askGitText(this.workspace.root, [
      'for-each-ref',
      '--format=%(refname:short)',
      'refs/heads',
      'refs/remotes',
    ])
    const branches = (names ?? '').split('\n').filter(Boolean)
    const more = branches.length > NAMED ? shownCommand(['git', 'branch', '--all'], 'lists them all') : []
    return new KittyError('UsageError', `${from} ${quoted(asked, 80)} names no commit of this repository.`, {
      nextSteps: [
        ...(branches.length > 0
          ? [sentence`branches: ${branches.slice(0, NAMED)}`]
          : ['there are no branches yet']),
        ...more,
        ...(from === '--at' ? AT_FORMS : []),
      ],
      context: { asked, branches: branches.slice(0, NAMED) },
    })
  }
}

const AT_FORMS = ['a clock value: --at 120', 'a day or a time: --at 2026-11-22, --at 2026-11-22T10:30:00Z']
