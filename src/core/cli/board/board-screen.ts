import { setTimeout as sleep } from 'node:timers/promises'
import type { Changes } from '../../web/board-feed.js'
import { failureOf } from '../failure.js'
import type { Style } from '../style.js'
import { type ScreenInput, type ScreenOutput, TerminalScreen } from '../terminal-screen.js'
import type { BoardDesk } from './board-desk.js'
import { arrived, type BoardState, initialState, type Message, opened } from './board-state.js'
import { draw } from './draw.js'
import type { Ask, Key, WriteAsk } from './key.js'
import { Keyboard } from './keyboard.js'
import { press } from './press.js'

export interface BoardTerminal {
  readonly output: ScreenOutput
  readonly input: ScreenInput
  style(): Style
  now(): Date
  /** Strips what is neither text nor the palette's. */
  clean(text: string): string
  quit(): void
  interrupt(): void
}

/** Minimum time between two boards, in milliseconds: no one reads faster, and a busy log would be read nonstop. */
const REST_MS = 100

const HUB_ANSWERS: Message = { text: 'The hub answers again.', tone: 'good' }
const STILL_WRITING: Message = {
  text: 'Still writing what came before. Press the key again in a moment.',
  tone: 'warn',
}

/** Joins the board's state, its drawing, the terminal, and the desk that reads and writes. */
export class BoardScreen {
  #state: BoardState | undefined
  #isDue = false
  #isWriting = false
  #lastWrite: Promise<void> = Promise.resolve()
  #signal: AbortSignal | undefined
  #changes: Changes | undefined
  /** The last trouble that was said. */
  #trouble: Changes['trouble']
  #failed: (error: unknown) => void = () => undefined
  readonly #terminal: TerminalScreen
  readonly #keyboard = new Keyboard((key) => this.#guarded(() => this.#pressed(key)))

  constructor(
    private readonly desk: Pick<BoardDesk, 'look' | 'open' | 'write'> & { changes(): Changes },
    private readonly feature: string | undefined,
    private readonly terminal: BoardTerminal,
  ) {
    const events = {
      typed: (bytes: Buffer) => this.#keyboard.feed(bytes),
      lost: () => this.#guarded(() => this.#draw()),
    }
    this.#terminal = new TerminalScreen(terminal.output, terminal.input, events, { marksPaste: true })
  }

  /**
   * Shows the board until `signal` is aborted, and waits for the write that was asked for last.
   * @throws KittyError when the first board cannot be read, later ones are tried again soon; or when that
   * write fails, since there is no screen any more to say so
   */
  async run(signal: AbortSignal): Promise<void> {
    await this.#show(signal)
    await this.#lastWrite
  }

  async #show(signal: AbortSignal): Promise<void> {
    this.#signal = signal
    // Subscribe before the first look, so that no change between the two is missed.
    const changes = this.desk.changes()
    this.#changes = changes
    const broken = new Promise<never>((_, reject) => (this.#failed = reject))
    try {
      const { board, about } = await this.desk.look(this.feature, 'glance')
      if (signal.aborted) return
      this.#state = initialState(board, about)
      this.#terminal.open()
      this.#draw()
      await Promise.race([this.#refresh().then(() => this.#follow(changes, signal)), broken])
    } finally {
      this.#keyboard.close()
      this.#terminal.close()
      changes.close()
    }
  }

  async #follow(changes: Changes, signal: AbortSignal): Promise<void> {
    while (await changes.next(signal)) {
      await this.#refresh()
      await sleep(REST_MS, undefined, { signal }).catch(() => undefined)
    }
  }

  async #refresh(): Promise<void> {
    try {
      const { board, about } = await this.desk.look(this.feature)
      this.#change((state) => arrived(state, board, about))
      this.#sayTrouble()
      const view = this.#state?.view
      if (view?.kind === 'package') await this.#open(view.key)
    } catch (error) {
      this.#changes?.retry()
      this.#say(failureMessage(error))
    }
  }

  /** Once: what the user does next has messages of its own. */
  #sayTrouble(): void {
    const trouble = this.#changes?.trouble
    if (trouble === this.#trouble) return
    this.#trouble = trouble
    this.#say(trouble === undefined ? HUB_ANSWERS : failureMessage(trouble))
  }

  async #open(key: string): Promise<void> {
    try {
      const page = await this.desk.open(key)
      this.#change((state) => opened(state, key, page))
    } catch (error) {
      this.#say(failureMessage(error))
    }
  }

  #pressed(key: Key): void {
    if (this.#state === undefined) return
    const { state, ask } = press(this.#state, key)
    // A key that repeats must not queue writes whose outcome no one has seen. What was typed stays in its prompt.
    if (ask?.kind === 'write' && this.#isWriting) return this.#say(STILL_WRITING)
    this.#state = state
    if (ask !== undefined) this.#obey(ask)
    this.#later()
  }

  #obey(ask: Ask): void {
    if (ask.kind === 'quit') this.terminal.quit()
    else if (ask.kind === 'interrupt') this.terminal.interrupt()
    else if (ask.kind === 'suspend') this.#terminal.suspend()
    else if (ask.kind === 'redraw') this.#terminal.forget()
    else if (ask.kind === 'open') this.#follows(this.#open(ask.key))
    else this.#follows((this.#lastWrite = this.#write(ask)))
  }

  async #write(ask: WriteAsk): Promise<void> {
    this.#isWriting = true
    try {
      await this.desk.write(ask)
      this.#say({ text: ask.done, tone: 'good' })
    } catch (error) {
      if (this.#signal?.aborted === true) throw error
      this.#say(failureMessage(error))
    } finally {
      this.#isWriting = false
    }
    if (this.#signal?.aborted !== true) await this.#refresh()
  }

  #change(next: (state: BoardState) => BoardState): void {
    if (this.#state === undefined) return
    this.#state = next(this.#state)
    this.#later()
  }

  #say(message: Message): void {
    this.#change((state) => ({ ...state, message }))
  }

  /** Draws once for many keys that arrive together, such as pasted text. */
  #later(): void {
    if (this.#isDue) return
    this.#isDue = true
    setImmediate(() => {
      this.#isDue = false
      this.#guarded(() => this.#draw())
    })
  }

  #draw(): void {
    if (this.#state === undefined || !this.#terminal.isOpen) return
    const size = { rows: this.#terminal.rows, style: this.terminal.style(), now: this.terminal.now() }
    const { lines, top } = draw(this.#state, size)
    const { view } = this.#state
    if (view.kind === 'package' || view.kind === 'help')
      this.#state = { ...this.#state, view: { ...view, top } }
    this.#terminal.draw(this.terminal.clean(lines.join('\n')).split('\n'))
  }

  #follows(work: Promise<void>): void {
    work.catch((error: unknown) => this.#failed(error))
  }

  /** What a listener throws would end the process with the terminal in the wrong mode. */
  #guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#failed(error)
    }
  }
}

function failureMessage(error: unknown): Message {
  const { message, next_steps } = failureOf(error).document
  return { text: [message, ...next_steps.slice(0, 2).map(({ text }) => text)].join('\n'), tone: 'bad' }
}
