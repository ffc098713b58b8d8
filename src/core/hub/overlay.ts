import { inject, injectable } from 'inversify'
import type { Registry } from '../events-lib.js'
import { EventRegistry } from '../event-registry.js'
import { appendDurably } from '../files/append-file.js'
import { LineReader, MAX_LINE_BYTES } from '../log/format/line-codec.js'
import type { LogLine } from '../log/event-log.js'
import { Notices } from '../errors/notices.js'
import { replaceLines } from '../log/repair/redact-files.js'
import { dayOf } from '../log/format/day-file.js'
import type { Received } from './hub.js'
import { HubFiles } from './hub-files.js'
import { groupBy } from '../log/group-by.js'

const LF = Buffer.from('\n')

/** Lines that the hub has brought: files of the private folder, one per day, replayed like the log's. */
@injectable()
export class Overlay {
  constructor(
    @inject(HubFiles) private readonly files: HubFiles,
    @inject(EventRegistry) private readonly registry: Registry,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  /** Stores what is an event; durable when it returns. The caller holds the hub's lock. */
  add(received: readonly Received[]): void {
    const events = received.flatMap((one) => {
      const day = this.#dayOf(one)
      return day === undefined ? [] : [{ day, line: one.line }]
    })
    for (const [day, ofDay] of groupBy(events, (event) => event.day))
      appendDurably(this.files.path(`${day}.jsonl`), Buffer.concat(ofDay.flatMap(({ line }) => [line, LF])))
  }

  /** Removes lines that git keeps for good. The caller holds the hub's lock. */
  drop(ids: readonly string[]): void {
    const none = Buffer.alloc(0)
    if (ids.length > 0) replaceLines(this.files.path('.'), ids, (line) => ({ ...line, bytes: none }))
  }

  /** Lines from the hub are input: they pass the log's own parser and limits. */
  #dayOf({ event_id, line }: Received): string | undefined {
    if (line.length === 0) return undefined
    const lines: LogLine[] = []
    if (line.length < MAX_LINE_BYTES && !line.includes(LF))
      new LineReader('hub', 0, 0, this.registry).read(Buffer.concat([line, LF]), lines)
    const event = lines.length === 1 ? lines[0]?.event : undefined
    if (event?.event_id === event_id) return dayOf(event.timestamp)
    this.notices.warn(`The hub sent a line that is not the event ${event_id}; it was left out.`)
    return undefined
  }
}
