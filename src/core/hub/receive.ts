import { inject, injectable } from 'inversify'
import { resolveCommit } from '../git/git.js'
import { headState } from '../git/head.js'
import { isMerged } from '../git/merge-branch.js'
import { Session } from '../workspace/session.js'
import { Workspace } from '../workspace/workspace.js'
import type { Hub, HubCursor, Received } from './hub.js'
import { HubFiles, type HubState } from './hub-files.js'
import { HubRedactions } from './hub-redactions.js'
import { LocalEvents } from './local-events.js'
import { Outbox } from './outbox.js'
import { Overlay } from './overlay.js'
import { Trunk } from './trunk.js'
import { VoidLines } from './void-lines.js'

const BATCH = 1_000

/** What was here when a decision began. */
export interface DecidedOn {
  readonly cursor: HubCursor | undefined
  /** As `LocalEvents.state`. */
  readonly state: string
}

/** The streams of which there was something new; `any` when that cannot be told. */
export type Moved = ReadonlySet<string> | 'any'

interface Reading {
  /** Also finds what the hub lacks. */
  readonly compares?: boolean
  /** Only the holder of the write lock decides. */
  readonly decidedOn?: DecidedOn | undefined
}

/** Reads what others sent to the hub. The caller holds the hub's lock. */
@injectable()
export class Receive {
  constructor(
    @inject(HubFiles) private readonly files: HubFiles,
    @inject(LocalEvents) private readonly local: LocalEvents,
    @inject(Overlay) private readonly overlay: Overlay,
    @inject(Outbox) private readonly outbox: Outbox,
    @inject(HubRedactions) private readonly redactions: HubRedactions,
    @inject(VoidLines) private readonly voids: VoidLines,
    @inject(Trunk) private readonly trunk: Trunk,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Session) private readonly session: Session,
  ) {}

  /** What is here now. */
  decidedOn(): DecidedOn {
    // In this order: what comes in between changes the state.
    return { cursor: this.files.state()?.cursor, state: this.local.state() }
  }

  /**
   * Reads to the hub's end.
   *
   * A reader needs no write lock, so another process may have received an event, or git may have brought it, after a
   * decision began: this clone has it then, and the decision does not. With `decidedOn`, such events count as new.
   * @returns the streams of the events that were new, and how many events this clone lacked
   */
  async toTheEnd(
    hub: Hub,
    { compares = false, decidedOn }: Reading = {},
  ): Promise<{ readonly streams: Moved; readonly events: number }> {
    const hasChanged = (): boolean => decidedOn !== undefined && decidedOn.state !== this.local.state()
    let isDisturbed = hasChanged()
    const streams = new Set<string>()
    let moved: Moved = streams
    let events = 0
    const keep = async (batch: readonly Received[]): Promise<void> => {
      const absent = await this.local.absent(batch.map(({ event_id }) => event_id))
      // Git takes no lock, and may have brought one of them while the hub answered.
      isDisturbed ||= hasChanged()
      const fresh = batch.filter(({ event_id, line }) => absent.has(event_id) && line.length > 0)
      this.overlay.add(fresh)
      for (const { stream } of isDisturbed ? batch : fresh) streams.add(stream)
      events += fresh.length
    }
    const known = this.files.state()
    const place = this.#place(known)
    const from = isDisturbed ? decidedOn?.cursor : known?.cursor
    const after = known === undefined || compares || place.isBack ? undefined : from
    // One round trip: both are sent before the first answer.
    const [lately, first] = await Promise.all([hub.lately(), after && hub.since(after, BATCH)])
    const compare = async (): Promise<HubCursor> => {
      const end = await this.#compare(hub, keep, lately?.trimmed ?? '')
      isDisturbed ||= hasChanged()
      if (isDisturbed) moved = 'any'
      return end
    }
    let cursor = after ?? (await compare())
    for (let next = first; ; next = undefined) {
      const batch = next ?? (await hub.since(cursor, BATCH))
      if (batch === 'reset') {
        cursor = await compare()
        continue
      }
      if (batch.length > 0) await keep(batch)
      const last = batch.at(-1)
      if (last !== undefined) cursor = { seq: last.seq, event_id: last.event_id }
      if (batch.length < BATCH) break
    }
    if (lately !== undefined) await this.redactions.receive(hub, lately.redacted)
    const timeline = Math.max(hub.timeline, known?.timeline ?? 0)
    const { head, commit } = place
    const readAt = this.session.now().getTime()
    this.files.putState({
      cursor,
      timeline,
      server: hub.server,
      readAt,
      head,
      commit,
      lately: lately && { at: readAt, leases: lately.leases, redacted: lately.redacted },
    })
    return { streams: moved, events }
  }

  /** A line leaves the overlay when HEAD and the trunk both have it. The caller holds the hub's lock. */
  async tidy(): Promise<void> {
    const brought = this.local.inOverlay()
    if (brought.length === 0) return
    const [head, trunk] = [this.trunk.idsOfHead(), this.trunk.ids()]
    const kept = brought.filter((id) => head.has(id) && trunk?.has(id) === true)
    if ((await this.local.hasInLog(kept)) && kept.length > 0) this.overlay.drop(kept)
  }

  /** Whether HEAD is another one than when the hub was last read. */
  hasMoved(): boolean {
    const known = this.files.state()
    return known !== undefined && known.head !== headState(this.workspace)
  }

  /** Where HEAD is, and whether the log here may lack what it had: another branch, or a reset. */
  #place(known: HubState | undefined): { head: string; commit: string | undefined; isBack: boolean } {
    const { root } = this.workspace
    const head = headState(this.workspace)
    if (known?.head === head) return { head, commit: known.commit, isBack: false }
    const commit = resolveCommit(root, 'HEAD')
    const isForward =
      known?.commit !== undefined && commit !== undefined && isMerged(root, known.commit, commit)
    return { head, commit, isBack: !isForward }
  }

  /**
   * Takes what the hub has and this clone lacks, and puts into the outbox what this clone may offer and the hub lacks.
   * Only days that differ are listed, so that a clone whose git has everything reads no line.
   * @param trimmed the hub's last day that was trimmed, which says nothing of what a clone has
   * @returns where to read on
   */
  async #compare(
    hub: Hub,
    keep: (batch: readonly Received[]) => Promise<void>,
    trimmed: string,
  ): Promise<HubCursor> {
    const head = await hub.head()
    const theirs = new Map((await hub.days()).map((one) => [one.day, one]))
    const ours = await this.local.days()
    const differ = [...new Set([...theirs.keys(), ...ours.keys()])].filter((day) => {
      const [one, other] = [theirs.get(day), ours.get(day)?.day]
      return one?.events !== other?.events || one?.sum !== other?.sum
    })
    if (differ.length === 0) return head
    const onHub = new Set(await hub.idsOf(differ.filter((day) => theirs.has(day))))
    const missing = [...(await this.local.absent([...onHub]))]
    for (let at = 0; at < missing.length; at += BATCH)
      await keep(await hub.lines(missing.slice(at, at + BATCH)))
    const own = await this.local.own()
    const lacking = differ
      // What was trimmed is not lacking.
      .filter((day) => day > trimmed)
      .flatMap((day) => ours.get(day)?.ids ?? [])
      .filter((id) => !onHub.has(id) && own.has(id))
    const [waiting, voids] = [new Set(this.outbox.ids()), this.voids.all()]
    this.outbox.add(lacking.filter((id) => !waiting.has(id) && !voids.has(id)))
    return head
  }
}
