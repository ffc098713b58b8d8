import type { EventDocument } from '../projections/board-document.js'
import type { Interruption } from './interruption.js'
import type { Printer } from './print.js'
import { renderEvents } from './render/tables.js'
import type { Style } from './style.js'

/** How a history is printed: for people, or one JSON document a line. */
export type EventFormat = 'text' | 'table' | 'jsonl'

/** Prints events that come in batches, no faster than they are read. */
export class EventPrinter {
  #heading = true

  constructor(
    private readonly printer: Printer,
    private readonly style: Style,
    private readonly format: EventFormat,
  ) {}

  /** @returns false once nobody reads any more, or the command is interrupted */
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

  /** Prints whatever comes, until there is no more or `print` says so. */
  async printAll(
    batches: AsyncIterable<readonly EventDocument[]>,
    interruption: Interruption,
  ): Promise<void> {
    for await (const events of batches) if (!(await this.print(events, interruption))) return
  }
}
