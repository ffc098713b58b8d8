import { inject, injectable } from 'inversify'
import type { LogEvent } from '../../events-lib.js'
import { authorsOf, logCommits } from '../../git/log-commits.js'
import { repoPath } from '../../platform/paths.js'
import { Workspace } from '../../workspace/workspace.js'
import { Revisions } from '../revisions.js'
import { CommitAudit } from './commit-audit.js'
import type { Finding } from './finding.js'

export interface AuditResult {
  /** Object ID of the commit after which the range begins; null for all of history. */
  readonly base: string | null
  readonly head: string
  readonly commits: number
  readonly events: number
  /** Imported events among them, which are not audited: actor and time come from the source. */
  readonly imported: number
  readonly findings: readonly Finding[]
}

/** The log at a commit. */
interface LogAt {
  readonly commit: string
  readonly events: readonly LogEvent[]
}

/** Compares events with the commits that brought them. Reads git's objects and writes nothing. */
@injectable()
export class Audit {
  constructor(
    @inject(Revisions) private readonly revisions: Revisions,
    @inject(Workspace) private readonly workspace: Workspace,
  ) {}

  /**
   * @param asked `REV..REV`, or one revision for everything up to it
   * @throws KittyError UsageError if git knows no such commit
   */
  audit(asked: string): AuditResult {
    const [first = '', second] = asked.split('..', 2)
    if (second === undefined) return this.between(undefined, this.revisions.log(first, 'RANGE'))
    const base = this.revisions.log(first === '' ? 'HEAD' : first, 'RANGE')
    return this.between(base, this.revisions.log(second === '' ? 'HEAD' : second, 'RANGE'))
  }

  /** As `audit`, of logs that have been read. @param base undefined for all of history */
  between(base: LogAt | undefined, head: LogAt): AuditResult {
    const { root, eventsDir } = this.workspace
    const clock = base?.events.reduce((most, { lamport_clock }) => Math.max(most, lamport_clock), 0) ?? 0
    const byId = new Map<string, LogEvent>(head.events.map((event) => [event.event_id, event]))
    const audit = new CommitAudit(byId, authorsOf(root, head.commit), clock)
    const range = base === undefined ? head.commit : `${base.commit}..${head.commit}`
    const commits = logCommits(root, range, repoPath(root, eventsDir))
    for (const commit of commits) audit.look(commit)
    const { events, imported, findings } = audit
    return {
      base: base?.commit ?? null,
      head: head.commit,
      commits: commits.length,
      events,
      imported,
      findings,
    }
  }
}
