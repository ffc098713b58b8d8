import { inject, injectable } from 'inversify'
import { isKittyError } from '../errors/kitty-error.js'
import { Notices } from '../errors/notices.js'
import { secretIn } from '../errors/secrets.js'
import { type LogEvent, parseEvent } from '../events-lib.js'
import { isOverlayFile } from '../log/format/day-file.js'
import type { AppendAnswer, Hub, Outgoing } from './hub.js'
import { refusedContent } from './hub-failure.js'
import { HubLeases } from './hub-leases.js'
import { HubLock } from './hub-lock.js'
import { LocalEvents, type LocalLine } from './local-events.js'
import { OutgoingEvents } from './outgoing-events.js'
import { Outbox } from './outbox.js'
import { Overlay } from './overlay.js'
import { VoidLines } from './void-lines.js'

const BATCH = 200
/** The event is not offered again. */
const BAD: ReadonlySet<Answer['answer'] | undefined> = new Set(['void', 'redacted', 'differs', 'unfit'])

interface Answer {
  readonly event_id: string
  readonly answer: AppendAnswer | 'unfit'
}

/** Sends what the outbox names, ancestors first. */
@injectable()
export class Offer {
  constructor(
    @inject(LocalEvents) private readonly local: LocalEvents,
    @inject(OutgoingEvents) private readonly events: OutgoingEvents,
    @inject(Outbox) private readonly outbox: Outbox,
    @inject(HubLeases) private readonly leases: HubLeases,
    @inject(Overlay) private readonly overlay: Overlay,
    @inject(VoidLines) private readonly voids: VoidLines,
    @inject(HubLock) private readonly lock: HubLock,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  /** Each batch counts by itself: an interruption leaves the rest for the next time.
   * @param fresh IDs that this process wrote: they renew their holders' leases @returns how many the hub took */
  async all(hub: Hub, fresh: ReadonlySet<string> = new Set()): Promise<number> {
    // An ID without a line is another command's, which is about to write it, or was killed before it did.
    const lines = await this.local.lines(this.outbox.ids())
    let taken = 0
    for (let at = 0; at < lines.length; at += BATCH)
      taken += await this.#batch(hub, lines.slice(at, at + BATCH), fresh)
    return taken
  }

  /** The hub stores all or none, so what it refuses is left out of the next attempt. */
  async #batch(hub: Hub, lines: readonly LocalLine[], fresh: ReadonlySet<string>): Promise<number> {
    let events = (await Promise.all(lines.map((line) => this.outgoing(line)))).flatMap((event) => event ?? [])
    const unfit = new Set(lines.map(({ event_id }) => event_id))
    for (const { event_id } of events) unfit.delete(event_id)
    this.outbox.done([...unfit])
    let taken = 0
    while (events.length > 0) {
      const answers = await this.#answers(hub, events, fresh)
      taken += answers.filter(({ answer }) => answer === 'appended').length
      const refused = new Map(answers.map(({ event_id, answer }) => [event_id, answer]))
      const bad = events.filter(({ event_id }) => BAD.has(refused.get(event_id)))
      if (bad.length === 0) {
        this.outbox.done(events.map(({ event_id }) => event_id))
        return taken
      }
      for (const { event_id } of bad)
        if (refused.get(event_id) === 'differs')
          this.notices.warn(
            `The hub has another event under the ID ${event_id}; this clone's line was not sent.`,
          )
      const voided = bad.map(({ event_id }) => event_id).filter((id) => refused.get(id) === 'void')
      await this.#giveUp(voided, lines)
      this.outbox.done(bad.map(({ event_id }) => event_id))
      events = events.filter((event) => !bad.includes(event))
    }
    return taken
  }

  /** An event that the server cannot store keeps no other one back: the append is tried in halves. */
  async #answers(
    hub: Hub,
    events: readonly Offered[],
    fresh: ReadonlySet<string>,
  ): Promise<readonly Answer[]> {
    const changes = this.leases.changes(
      events.map(({ event }) => event),
      events,
      (id) => fresh.has(id),
    )
    try {
      return await hub.append(events, new Map(), changes)
    } catch (error) {
      if (!isKittyError(error) || !refusedContent(error)) throw error
    }
    const [{ event_id } = { event_id: '' }, ...more] = events
    if (more.length === 0) {
      this.notices.warn(`The hub cannot store the event ${event_id}; this clone's line was not sent.`)
      return [{ event_id, answer: 'unfit' }]
    }
    const half = Math.ceil(events.length / 2)
    const first = await this.#answers(hub, events.slice(0, half), fresh)
    return [...first, ...(await this.#answers(hub, events.slice(half), fresh))]
  }

  /** What only the hub had brought goes with it; a line of the log stays, and is not offered again. */
  async #giveUp(ids: readonly string[], lines: readonly LocalLine[]): Promise<void> {
    if (ids.length === 0) return
    const brought = lines.filter(({ event_id, row }) => ids.includes(event_id) && isOverlayFile(row.file))
    const overlaid = brought.map(({ event_id }) => event_id)
    if (overlaid.length > 0) await this.lock.hold(async () => this.overlay.drop(overlaid))
    this.voids.add(ids.filter((id) => !overlaid.includes(id)))
  }

  /** Returns undefined for a line that must not leave this machine. */
  async outgoing({ event_id, bytes }: Pick<LocalLine, 'event_id' | 'bytes'>): Promise<Offered | undefined> {
    const line = bytes.subarray(0, -1)
    const text = line.toString('utf8')
    const parsed = parseEvent(JSON.parse(text))
    if (!parsed.ok) return undefined
    const secret = secretIn(text)
    if (secret !== undefined) {
      this.notices.warn(`Event ${event_id} was not sent to the hub: it holds what looks like ${secret}.`)
      return undefined
    }
    const { event } = parsed
    return {
      event,
      event_id,
      line,
      stream: await this.events.stream(event),
      day: event.timestamp.slice(0, 10),
    }
  }
}

interface Offered extends Outgoing {
  readonly event: LogEvent
}
