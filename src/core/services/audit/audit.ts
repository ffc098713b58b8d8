import { inject, injectable } from 'inversify'
import type { LogEvent } from '../../events-lib.js'
import { authorsOf, type LogCommit, logCommits } from '../../git/log-commits.js'
import { repoPath } from '../../platform/paths.js'
import { Workspace } from '../../workspace/workspace.js'
import { Revisions } from '../revisions.js'
import { isRecordedFile } from '../../log/format/day-file.js'
import { Team, type TeamLink } from '../../store/event-store.js'
import { CommitAudit, eventIdOf } from './commit-audit.js'
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

/** An event that no commit of HEAD has yet. */
export interface HubEvent {
  readonly event_id: string
  readonly event_type: string
  readonly feature: string
  readonly entity_id: string
  readonly actor: string
  /** The database role that sent it; null while the hub cannot be asked. */
  readonly role: string | null
}

export interface AuditedRange extends AuditResult {
  /** What only the hub has brought: no fault. */
  readonly by_hub: readonly HubEvent[]
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
    @inject(Team) private readonly team: { readonly link: TeamLink | undefined },
  ) {}

  /**
   * @param asked `REV..REV`, or one revision for everything up to it
   * @throws KittyError UsageError if git knows no such commit
   */
  async audit(asked: string): Promise<AuditedRange> {
    const [base, head] = this.#range(asked)
    const { link } = this.team
    const waiting = (await link?.unmerged()) ?? []
    const recorded = link === undefined ? [] : recordedIn(this.#commits(base, head))
    const roles = await link?.roles([...recorded, ...waiting.map(({ event_id }) => event_id)])
    const sent = new Set(recorded.filter((id) => roles?.has(id)))
    const by_hub = waiting.map(({ event_id, event_type, payload, entity_id, actor }) => ({
      event_id,
      event_type,
      feature: payload.feature_slug,
      entity_id,
      actor,
      role: roles?.get(event_id) ?? null,
    }))
    return { ...this.between(base, head, sent), by_hub }
  }

  #range(asked: string): [LogAt | undefined, LogAt] {
    const [first = '', second] = asked.split('..', 2)
    if (second === undefined) return [undefined, this.revisions.log(first, 'RANGE')]
    const base = this.revisions.log(first === '' ? 'HEAD' : first, 'RANGE')
    return [base, this.revisions.log(second === '' ? 'HEAD' : second, 'RANGE')]
  }

  /** As `audit`, of logs that have been read. @param base undefined for all of history */
  between(base: LogAt | undefined, head: LogAt, sent: ReadonlySet<string> = new Set()): AuditResult {
    const { root } = this.workspace
    const clock = base?.events.reduce((most, { lamport_clock }) => Math.max(most, lamport_clock), 0) ?? 0
    const byId = new Map<string, LogEvent>(head.events.map((event) => [event.event_id, event]))
    const audit = new CommitAudit(byId, authorsOf(root, head.commit), clock, sent)
    const commits = this.#commits(base, head)
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

  #commits(base: LogAt | undefined, head: LogAt): LogCommit[] {
    const { root, eventsDir } = this.workspace
    const range = base === undefined ? head.commit : `${base.commit}..${head.commit}`
    return logCommits(root, range, repoPath(root, eventsDir))
  }
}

/** The IDs of the events that commits brought in files of `kitty hub record`. */
function recordedIn(commits: readonly LogCommit[]): string[] {
  return commits.flatMap(({ added, addedIn }) =>
    added.flatMap((line, at) => (isRecordedFile(addedIn[at] ?? '') ? (eventIdOf(line) ?? []) : [])),
  )
}
