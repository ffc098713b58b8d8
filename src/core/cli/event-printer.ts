import type { EventDocument } from '../projections/board-document.js'
import type { Interruption } from './interruption.js'
import type { Printer } from './print.js'
import { renderEvents } from './render/tables.js'
import type { Style } from './style.js'

/** Output format of a history: for people, or one JSON document per line. */
export type EventFormat = 'text' | 'table' | 'jsonl'

/** Prints batches of events, no faster than the reader takes them. */
export class EventPrinter {
  #heading = true

  constructor(
    private readonly printer: Printer,
    private readonly style: Style,
    private readonly format: EventFormat,
  ) {}

  /** @returns false when the reader has left or the command is interrupted */
  async print(events: readonly EventDocument[], interruption: Interruption): Promise<boolean> {
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

  /** Prints batches until they end or `print` returns false. */
  async printAll(
    batches: AsyncIterable<readonly EventDocument[]>,
    interruption: Interruption,
  ): Promise<void> {
    for await (const events of batches) if (!(await this.print(events, interruption))) return
  }
}
