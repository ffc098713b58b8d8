import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import type { LogEvent } from '../../events-lib.js'
import { Notices } from '../../errors/notices.js'
import { LIMITS, readInside } from '../../files/work-tree.js'
import { findCheckout } from '../../git/checkout.js'
import {
  authorsOf,
  changedSince,
  commitAt,
  lastChange,
  type LogCommit,
  logCommits,
} from '../../git/log-commits.js'
import { repoPath } from '../../platform/paths.js'
import { keepHeapSmall } from '../../platform/small-heap.js'
import { HeldEvents, HeldLog } from '../../projections/held-events.js'
import { Config } from '../../workspace/config.js'
import { Workspace } from '../../workspace/workspace.js'
import { Revisions } from '../revisions.js'
import { isRecordedFile } from '../../log/format/day-file.js'
import { Team, type TeamLink } from '../../store/event-store.js'
import { type ChangedLines, changedLines } from './changed-lines.js'
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
  readonly log: HeldLog
}

const NOTHING: Pick<ChangedLines<unknown>, 'added' | 'removed'> = { added: new Map(), removed: new Map() }

/** Compares events with the commits that brought them. Reads git's objects and writes nothing. */
@injectable()
export class Audit {
  constructor(
    @inject(Revisions) private readonly revisions: Revisions,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Team) private readonly team: { readonly link: TeamLink | undefined },
    @inject(Notices) private readonly notices: Notices,
    @inject(Config) private readonly config: Config,
  ) {}

  /**
   * @param asked `REV..REV`, or one revision for everything up to it
   * @throws KittyError UsageError if git knows no such commit
   */
  async audit(asked: string): Promise<AuditedRange> {
    keepHeapSmall()
    return this.range(...(await this.#range(asked)))
  }

  /** As `audit`, of logs that have been read. @param base undefined for all of history */
  async range(base: LogAt | undefined, head: LogAt): Promise<AuditedRange> {
    const { link } = this.team
    const waiting = (await link?.unmerged()) ?? []
    const recorded = link === undefined ? [] : await this.#recordedIn(this.#commits(base, head))
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
    return { ...(await this.between(base, head, sent)), by_hub }
  }

  async #range(asked: string): Promise<[LogAt | undefined, LogAt]> {
    const [first = '', second] = asked.split('..', 2)
    const held = new HeldEvents()
    if (second === undefined) return [undefined, await this.revisions.held(first, 'RANGE', held)]
    const base = await this.revisions.held(first === '' ? 'HEAD' : first, 'RANGE', held)
    return [base, await this.revisions.held(second === '' ? 'HEAD' : second, 'RANGE', held)]
  }

  /** As `range`, from git alone. @param sent events of which the hub keeps who sent them */
  async between(
    base: LogAt | undefined,
    head: LogAt,
    sent: ReadonlySet<string> = new Set(),
  ): Promise<AuditResult> {
    const clock = base?.log.greatestClock ?? 0
    const audit = new CommitAudit(head.log, this.#people(head.commit), clock, sent)
    const commits = this.#commits(base, head)
    if (base !== undefined) await this.#parentsBefore(base, head, audit)
    for await (const changed of changedLines(this.workspace, commits)) {
      audit.look(changed)
      for (const path of changed.tooLarge)
        this.notices.warn(
          `Commit ${changed.commit.commit}: ${path} is too large to compare, so it was not audited.`,
        )
    }
    await this.#account(base, head, commits, audit)
    const { events, imported, findings } = audit
    return {
      base: base?.commit ?? null,
      head: head.commit,
      commits: commits.filter(({ files }) => files.length > 0).length,
      events,
      imported,
      findings,
    }
  }

  /** Reports what the range did to the log and none of its commits did. */
  async #account(
    base: LogAt | undefined,
    head: LogAt,
    commits: readonly LogCommit[],
    audit: CommitAudit,
  ): Promise<void> {
    const { root, eventsDir } = this.workspace
    const files = base && changedSince(root, base.commit, head.commit, repoPath(root, eventsDir))
    let whole: ChangedLines<unknown> | undefined
    if (files !== undefined) for await (const one of changedLines(this.workspace, [{ files }])) whole = one
    const change = whole ?? NOTHING
    // A file that is too large to compare may hold any of the events.
    const isComplete = whole?.tooLarge.length === 0
    const end = (): LogCommit => commitAt(root, head.commit)
    audit.account(
      end,
      change,
      newEvents(base, head, (id) => !isComplete || change.added.has(id)),
    )
    const leftOut = audit.leftOut(change)
    if (leftOut.size === 0) return
    for await (const { commit, added, removed } of changedLines(this.workspace, commits.flatMap(mergeSides)))
      for (const id of removed.keys()) if (!added.has(id) && leftOut.delete(id)) audit.lineLeftOut(commit, id)
    for (const id of leftOut) if (change.removed.has(id)) audit.lineLeftOut(end(), id)
  }

  #commits(base: LogAt | undefined, head: LogAt): LogCommit[] {
    const { root, eventsDir } = this.workspace
    const range = base === undefined ? head.commit : `${base.commit}..${head.commit}`
    return logCommits(root, range, repoPath(root, eventsDir))
  }

  /** The IDs of the events that commits brought in files of `kitty hub record`. */
  async #recordedIn(commits: readonly LogCommit[]): Promise<string[]> {
    const recorded = commits.flatMap((commit) => {
      const files = commit.files.filter(({ path }) => isRecordedFile(path))
      return files.length === 0 ? [] : [{ ...commit, files }]
    })
    const ids: string[] = []
    for await (const { added } of changedLines(this.workspace, recorded)) ids.push(...added.keys())
    return ids
  }

  /**
   * Tells the audit which commits before the range brought parents of its events. Only events that are dated before the
   * newest of those commits need one, so that history is rarely read.
   */
  async #parentsBefore(base: LogAt, head: LogAt, audit: CommitAudit): Promise<void> {
    const { root, eventsDir } = this.workspace
    const folder = repoPath(root, eventsDir)
    const newest = lastChange(root, base.commit, folder)
    const wanted = new Set<string>()
    const days = new Set<string>()
    for (const event of head.log.without(base.log)) {
      if (Date.parse(event.timestamp) >= newest) continue
      for (const parent of event.parents ?? []) {
        const timestamp = wanted.has(parent) ? undefined : base.log.get(parent)?.timestamp
        if (timestamp === undefined) continue
        wanted.add(parent)
        days.add(timestamp.slice(0, 10))
      }
    }
    if (wanted.size === 0) return
    for await (const { commit, added } of changedLines(
      this.workspace,
      logCommits(root, base.commit, folder, days),
    ))
      for (const id of added.keys()) if (wanted.has(id)) audit.broughtEarlier(id, commit)
  }

  /** Everyone who has committed, and everyone whom `.mailmap` or the settings name: name → its one spelling. */
  #people(head: string): Map<string, string> {
    const { root } = this.workspace
    const names = [...authorsOf(root, head), ...this.config.authors].map((name) => [name, name] as const)
    return new Map([...names, ...namesIn(mailmapOf(findCheckout(root)?.worktree ?? root))])
  }
}

function* newEvents(
  base: LogAt | undefined,
  head: LogAt,
  isNew: (id: string) => boolean,
): Generator<LogEvent> {
  for (const event of head.log.without(base?.log ?? new HeldLog(head.log.held)))
    if (isNew(event.event_id)) yield event
}

/** A merge, with every file that differs from the one in any parent. */
function mergeSides(commit: LogCommit): LogCommit[] {
  if (commit.sides.length === 0) return []
  return [
    { ...commit, files: commit.sides.map(({ path, before, after }) => ({ path, before: [before], after })) },
  ]
}

/** Both names of each line, with the proper one: `Proper Name <email> Commit Name <email>` (gitmailmap(5)). */
function namesIn(mailmap: string): (readonly [string, string])[] {
  return mailmap.split('\n').flatMap((line) => {
    const [proper, ...others] = line
      .replace(/#.*/, '')
      .split('>')
      .map((part) => part.split('<')[0]?.trim() ?? '')
    if (proper === undefined || proper === '') return []
    return [proper, ...others.filter((name) => name !== '')].map((name) => [name, proper] as const)
  })
}

/** Git reads `.mailmap` there, also where KITTY_ROOT names a folder further down. */
function mailmapOf(top: string): string {
  const read = readInside(top, join(top, '.mailmap'), LIMITS.attributes)
  return read.ok ? read.bytes.toString('utf8') : ''
}
