import type { EventDocument } from '../projections/board-document.js'
import { PipeReader } from '../platform/pipe-reader.js'
import type { Interruption } from './interruption.js'
import type { Printer } from './print.js'
import { renderEvents } from './render/tables.js'
import type { Style } from './style.js'

/** Output format of a history: for people, or one JSON document per line. */
export type EventFormat = 'text' | 'table' | 'jsonl'

/** Interval at which a stream checks whether its reader has left, in milliseconds. */
const READER_LOOK_MS = 500

/** Prints batches of events, no faster than the reader takes them. */
export class EventPrinter {
  #heading = true

  constructor(
    private readonly printer: Printer,
    private readonly style: Style,
    private readonly format: EventFormat,
  ) {}

  /** Prints batches until they end, the command is interrupted, or the reader of stdout leaves. */
  async printAll(
    batches: AsyncIterable<readonly EventDocument[]>,
    interruption: Interruption,
  ): Promise<void> {
    const reader = new PipeReader(process.stdout.fd)
    // On a quiet log there is no write that would detect it.
    const look = setInterval(() => {
      if (reader.isGone()) interruption.stop()
    }, READER_LOOK_MS)
    try {
      for await (const events of batches) if (!(await this.#print(events, interruption))) return
    } finally {
      clearInterval(look)
    }
  }

  /** @returns false when the reader has left or the command is interrupted */
  async #print(events: readonly EventDocument[], interruption: Interruption): Promise<boolean> {
    const taken = (): Promise<void> => Promise.race([this.printer.drained(), interruption.aborted])
    if (this.format !== 'jsonl') {
      this.printer.out(renderEvents(events, this.style, this.#heading))
      this.#heading = false
      await taken()
    } else {
      for (const event of events) {
        if (interruption.signal.aborted || this.printer.closed) return false
        this.printer.jsonLine(event)
        await taken()
      }
    }
    return !interruption.signal.aborted && !this.printer.closed
  }
}
