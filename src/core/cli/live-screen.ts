import { frame, type Key, keysIn, scrolled } from './live-frame.js'
import type { Style } from './style.js'
import { type ScreenInput, type ScreenOutput, TerminalScreen } from './terminal-screen.js'

/** The content of the screen, rendered again for each width. */
export interface Page {
  /** The page's lines; may contain no sequences except the palette's. */
  text(style: Style): string
  /** Text for the bottom line. */
  readonly note: string
}

export interface ScreenEvents {
  quit(): void
  interrupt(): void
}

/** A page that updates in place on a terminal, and scrolls. */
export class LiveScreen {
  #page: Page | undefined
  #top = 0
  /** The page's text for one style: a key scrolls it, and a large board takes a second to render. */
  #rendered: { readonly page: Page; readonly style: string; readonly text: string } | undefined
  readonly #terminal: TerminalScreen

  constructor(
    output: ScreenOutput,
    input: ScreenInput,
    private readonly style: () => Style,
    private readonly events: ScreenEvents,
    canSuspend?: boolean,
  ) {
    const terminalEvents = {
      typed: (bytes: Buffer) => {
        for (const key of keysIn(bytes.toString('latin1'))) this.#obey(key)
      },
      lost: () => this.#draw(),
    }
    const options = canSuspend === undefined ? {} : { canSuspend }
    this.#terminal = new TerminalScreen(output, input, terminalEvents, options)
  }

  /** Shows each page as it comes, until they end or the signal is given. Restores the terminal. */
  async showAll<P>(
    pages: AsyncIterable<P>,
    render: (page: P, style: Style) => string,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      for await (const page of pages) {
        if (signal.aborted) break
        this.open()
        const text = (style: Style): string => render(page, style)
        this.show({ text, note: `live, as of ${new Date().toISOString().slice(11, 19)} UTC` })
      }
    } finally {
      this.close()
    }
  }

  open(): void {
    this.#terminal.open()
  }

  show(page: Page): void {
    this.#page = page
    this.#draw()
  }

  close(): void {
    this.#terminal.close()
  }

  #obey(key: Key): void {
    if (key === 'quit') this.events.quit()
    else if (key === 'interrupt') this.events.interrupt()
    else if (key === 'suspend') this.#terminal.suspend()
    else {
      const length = this.#page === undefined ? 0 : this.#textOf(this.#page, this.style()).split('\n').length
      this.#top = scrolled({ rows: this.#terminal.rows, top: this.#top }, key, length)
      this.#draw()
    }
  }

  #textOf(page: Page, style: Style): string {
    const key = JSON.stringify(style)
    if (this.#rendered?.page !== page || this.#rendered.style !== key)
      this.#rendered = { page, style: key, text: page.text(style) }
    return this.#rendered.text
  }

  #draw(): void {
    if (!this.#terminal.isOpen || this.#page === undefined) return
    const style = this.style()
    const view = { rows: this.#terminal.rows, top: this.#top }
    const { lines, top } = frame(this.#textOf(this.#page, style), view, this.#page.note, style)
    this.#top = top
    this.#terminal.draw(lines)
  }
}
