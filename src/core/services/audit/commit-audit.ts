import { entityKey, importKey, isKittyEvent, isStub, type LogEvent } from '../../events-lib.js'
import type { LogCommit } from '../../git/log-commits.js'
import type { HeldLog } from '../../projections/held-events.js'
import type { ChangedLines } from './changed-lines.js'
import type { Finding, FindingKind } from './finding.js'

const DAY_MS = 24 * 60 * 60 * 1000
/** Other branches' events move a clone's clock on, but not that far. */
const LEAP = 100_000
/** Events that no commit brought, in one audit: a file that is too large to compare may hold hundreds of thousands. */
const MOST_NAMED = 100

/** A parent of an event that may decide between several. */
interface Parent {
  readonly event_id: string
  readonly event_type: string
  readonly actor: string
  readonly clock: number
  /** See `entityKey`. */
  readonly entity: string
  /** Undefined for an event that is ordered by its clock. */
  readonly parents: ReadonlySet<string> | undefined
}

type WholeChange = Pick<ChangedLines<unknown>, 'added' | 'removed'>

/** The commits of a range against the events that they brought, oldest first. docs/trust.md, "Authorship". */
export class CommitAudit {
  readonly findings: Finding[] = []
  /** Imported events: their actors and times come from the source. */
  imported = 0
  events = 0
  readonly #broughtBy = new Map<string, LogCommit>()
  /** What events with several parents name, by ID. */
  readonly #parents = new Map<string, Parent | undefined>()
  /** IDs of the lines that a commit of the range added, changed and removed. */
  readonly #added = new Set<string>()
  readonly #changed = new Set<string>()
  readonly #removed = new Set<string>()
  #clock: number

  /**
   * @param byId the events of the log at the end of the range
   * @param people every person that the repository knows, with the spelling of the name that commits have
   * @param clock the greatest clock before the range
   * @param sent events that a job recorded from the hub, which took them from someone who may append
   */
  constructor(
    private readonly byId: Pick<HeldLog, 'get' | 'clockOf'>,
    private readonly people: ReadonlyMap<string, string>,
    clock: number,
    private readonly sent: ReadonlySet<string> = new Set(),
  ) {
    this.#clock = clock
  }

  /** A commit before the range brought this event. Of several, the first counts. */
  broughtEarlier(id: string, commit: LogCommit): void {
    if (!this.#broughtBy.has(id)) this.#broughtBy.set(id, commit)
  }

  look({ commit, added, removed }: ChangedLines<LogCommit>): void {
    this.#lines(commit, added, removed)
    for (const id of added.keys()) if (!removed.has(id)) this.#added.add(id)
    // The first commit that added an event is the one that counts, not one that changed or moved its line.
    const news = [...added.keys()].filter((id) => !this.#broughtBy.has(id) && !removed.has(id))
    for (const id of news) this.#broughtBy.set(id, commit)
    // One event at a time: a single commit may bring hundreds of thousands.
    const clocks = news.flatMap((id) => {
      const clock = this.byId.clockOf(id)
      return clock === undefined ? [] : [{ id, clock }]
    })
    for (const { id } of clocks.sort((a, b) => a.clock - b.clock)) {
      const event = this.byId.get(id)
      if (event !== undefined) this.#event(commit, event)
    }
  }

  /**
   * Holds what the range did to the log as a whole against what its commits did. Call it after the last commit.
   * @param head the commit at the end of the range, named for what no commit accounts for
   * @param whole the log at the end against those of every common ancestor with the base of the range
   * @param news events of the log at the end that none of those logs has
   */
  account(head: () => LogCommit, { added, removed }: WholeChange, news: Iterable<LogEvent>): void {
    let named = 0
    for (const event of news) {
      if (this.#added.has(event.event_id) || importKey(event) !== undefined) continue
      this.#add('no_commit', head(), event, 'no commit of the range added the line')
      if ((named += 1) === MOST_NAMED) break
    }
    for (const [id, line] of removed)
      if ((added.get(id) ?? line) !== line && !this.#changed.has(id) && !this.#added.has(id))
        this.#add('changed_line', head(), this.byId.get(id), 'no commit of the range changed the line', id)
  }

  /** IDs of lines that are gone although no commit took them out: a merge left them out. Parameters as `account`. */
  leftOut({ added, removed }: WholeChange): Set<string> {
    const gone = [...this.#added, ...[...removed.keys()].filter((id) => !added.has(id))]
    return new Set(gone.filter((id) => !this.#removed.has(id) && this.byId.clockOf(id) === undefined))
  }

  /** A merge left out a line that one of its parents has. */
  lineLeftOut(merge: LogCommit, id: string): void {
    this.#add('removed_line', merge, undefined, 'the merge left the line out', id)
  }

  #event(commit: LogCommit, event: LogEvent): void {
    this.events += 1
    this.#leap(commit, event)
    if (importKey(event) !== undefined) {
      this.imported += 1
      return
    }
    if (isStub(event)) this.#stub(commit, event)
    const isForeign = !this.sent.has(event.event_id) && this.#author(commit, event)
    this.#time(commit, event)
    this.#settles(commit, event, isForeign)
  }

  #stub(commit: LogCommit, event: LogEvent): void {
    this.#add('stub', commit, event, `redacted: ${reasonOf(event)}`)
  }

  /**
   * An actor is a label, such as an agent's name, so most differences mean nothing. But if the actor is another author of
   * this repository, the event claims that someone else made it.
   */
  #author(commit: LogCommit, event: LogEvent): boolean {
    // A definition is its file's: the commit that changed the file counts.
    const isChange = isKittyEvent(event) && event.event_type === 'WPChanged'
    const author = (isChange ? event.payload.source.author : null) ?? commit.author
    const actor = this.people.get(event.actor)
    if (actor === undefined || event.actor === author || actor === author) return false
    this.#add('foreign_author', commit, event, `by ${event.actor}, committed by ${author}`)
    return true
  }

  #time(commit: LogCommit, event: LogEvent): void {
    const time = Date.parse(event.timestamp)
    if (time > Date.parse(commit.committed) + DAY_MS)
      this.#add('after_commit', commit, event, `dated ${event.timestamp}, committed ${commit.committed}`)
    // An author's own events may wait for a commit while a later one names them. Others' come with their commits.
    const seen = (event.parents ?? []).flatMap((id) => this.#broughtBy.get(id) ?? [])
    const later = seen.find((one) => one.author !== commit.author && Date.parse(one.authored) > time)
    if (later === undefined) return
    const message = `dated ${event.timestamp}, before ${later.author} committed what it follows (${later.authored})`
    this.#add('before_parent', commit, event, message)
  }

  /** @param isForeign the actor is someone else's name, so that a side of that actor's is not the author's own */
  #settles(commit: LogCommit, event: LogEvent, isForeign: boolean): void {
    const parents = event.parents ?? []
    // One parent is one side.
    if (parents.length < 2) return
    const heads = parents
      .flatMap((id) => this.#parent(id) ?? [])
      .filter(({ event_type, entity }) => event_type === event.event_type && entity === entityKey(event))
    const isOwn = heads.some(({ actor, event_id }) => {
      return (!isForeign && actor === event.actor) || this.#broughtBy.get(event_id)?.author === commit.author
    })
    if (isOwn || !isTwoSided(heads)) return
    const whose = [...new Set(heads.map(({ actor }) => actor))].join(' and ')
    this.#add('settles_others', commit, event, `decides between ${whose}`)
  }

  /** Reads a line once: every event of a hostile log may name the same thousand. */
  #parent(id: string): Parent | undefined {
    if (!this.#parents.has(id)) this.#parents.set(id, parentOf(this.byId.get(id)))
    return this.#parents.get(id)
  }

  #leap(commit: LogCommit, event: LogEvent): void {
    const before = this.#clock
    this.#clock = Math.max(before, event.lamport_clock)
    if (event.lamport_clock - before <= LEAP) return
    this.#add(
      'clock_leap',
      commit,
      event,
      `clock ${event.lamport_clock}, the greatest before it is ${before}`,
    )
  }

  #lines(commit: LogCommit, added: ReadonlyMap<string, string>, removed: ReadonlyMap<string, string>): void {
    for (const [id, line] of removed) {
      const now = added.get(id)
      if (now === line) continue
      ;(now === undefined ? this.#removed : this.#changed).add(id)
      const event = this.byId.get(id)
      if (now !== undefined && event !== undefined && isStub(event)) this.#stub(commit, event)
      else if (now === undefined) this.#add('removed_line', commit, event, 'the commit took the line out', id)
      else this.#add('changed_line', commit, event, 'the commit changed the line', id)
    }
  }

  #add(
    kind: FindingKind,
    { commit, author }: LogCommit,
    event: LogEvent | undefined,
    message: string,
    id = event?.event_id ?? '',
  ): void {
    this.findings.push({
      kind,
      event_id: id,
      event_type: event?.event_type ?? null,
      feature: event?.payload.feature_slug ?? null,
      entity_id: event?.entity_id ?? null,
      actor: event?.actor ?? null,
      author,
      commit,
      message,
    })
  }
}

function reasonOf({ payload }: LogEvent): string {
  const reason: unknown = Reflect.get(payload, 'redacted')
  return typeof reason === 'string' ? reason : ''
}

function parentOf(event: LogEvent | undefined): Parent | undefined {
  if (event === undefined) return undefined
  const { event_id, event_type, actor, lamport_clock: clock, parents } = event
  return {
    event_id,
    event_type,
    actor,
    clock,
    entity: entityKey(event),
    parents: parents && new Set(parents),
  }
}

/**
 * Whether two of one entity's events were written concurrently. By their clocks, each is held against the one before it
 * only: what follows that one follows all before it.
 */
function isTwoSided(heads: readonly Parent[]): boolean {
  const inOrder = [...new Map(heads.map((head) => [head.event_id, head])).values()]
  inOrder.sort((a, b) => a.clock - b.clock)
  return inOrder.some((later, at) => {
    const earlier = inOrder[at - 1]
    if (earlier === undefined) return false
    if (earlier.clock === later.clock) return true
    return earlier.parents !== undefined && later.parents?.has(earlier.event_id) === false
  })
}
