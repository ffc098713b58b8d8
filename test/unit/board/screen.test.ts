import { describe, expect, it, vi } from 'vitest'
import { BoardScreen, type BoardTerminal } from '../../../src/core/cli/board/board-screen.js'
import type { WriteAsk } from '../../../src/core/cli/board/key.js'
import { KittyError } from '../../../src/core/errors/kitty-error.js'
import type { Changes } from '../../../src/core/web/board-feed.js'
import { ABOUT, boardOf, PACKAGES } from './boards.js'
import { PATIENT } from '../../support/patient.js'

/** A terminal of 100×20 that is typed on and keeps its last picture. */
class Typewriter implements BoardTerminal {
  shown = ''
  #typed: (bytes: Buffer) => void = () => undefined
  readonly output = {
    rows: 20,
    write: (text: string) => text.includes('\u001b[H') && (this.shown = text),
    on: () => undefined,
    off: () => undefined,
  }
  readonly input = {
    isTTY: true,
    resume: () => undefined,
    pause: () => undefined,
    on: (_: 'data', typed: (bytes: Buffer) => void) => (this.#typed = typed),
    off: () => undefined,
  }
  style = () => ({ colour: false, unicode: true, width: 100, terminal: true })
  now = () => new Date('2026-11-22T12:00:00Z')
  clean = (text: string) => text
  quit: () => void = () => undefined
  interrupt = () => undefined

  type(text: string): void {
    this.#typed(Buffer.from(text))
  }
}

interface Write {
  readonly end: () => void
  readonly fail: (error: Error) => void
}

/** What a board hears of its hub. */
class Hub {
  trouble: Changes['trouble']
  #isNews = false
  #wake: () => void = () => undefined

  tell(trouble?: KittyError): void {
    this.trouble = trouble
    this.#isNews = true
    this.#wake()
  }

  async next(signal: AbortSignal): Promise<boolean> {
    if (!this.#isNews && !signal.aborted)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        signal.addEventListener('abort', () => resolve())
      })
    this.#isNews = false
    return !signal.aborted
  }
}

/** A board on a terminal, whose writes end when the test says so. */
async function board() {
  const terminal = new Typewriter()
  const asked: WriteAsk[] = []
  const writes: Write[] = []
  const end = new AbortController()
  const hub = new Hub()
  const look = () => Promise.resolve({ board: boardOf(PACKAGES), about: ABOUT })
  const desk = {
    look,
    open: () => Promise.reject(new Error('no package is opened here')),
    write: (ask: WriteAsk) => {
      asked.push(ask)
      return new Promise<void>((resolve, reject) => writes.push({ end: resolve, fail: reject }))
    },
    changes: () => ({
      get trouble() {
        return hub.trouble
      },
      next: (signal: AbortSignal) => hub.next(signal),
      retry: () => undefined,
      close: () => undefined,
    }),
  }
  terminal.quit = () => end.abort()
  const shown = new BoardScreen(desk, undefined, terminal).run(end.signal)
  await vi.waitUntil(() => terminal.shown.includes('WP01'), PATIENT)
  return { terminal, asked, writes, shown, hub }
}

describe('a board that is left while a write is pending', () => {
  it('ends when the write has ended', async () => {
    const { terminal, asked, writes, shown } = await board()
    terminal.type('c')
    await vi.waitUntil(() => asked.length === 1, PATIENT)
    terminal.type('q')
    const ended = vi.fn()
    void shown.then(ended)
    await new Promise((resolve) => setImmediate(resolve))
    expect(ended).not.toHaveBeenCalled()
    writes[0]?.end()
    await shown
  })

  it('fails as the write does, since no screen is left to say so', async () => {
    const { terminal, asked, writes, shown } = await board()
    terminal.type('c')
    await vi.waitUntil(() => asked.length === 1, PATIENT)
    terminal.type('q')
    writes[0]?.fail(new Error('another process holds the lock'))
    await expect(shown).rejects.toThrow('another process holds the lock')
  })

  it('does not fail for a write that had failed before', async () => {
    const { terminal, asked, writes, shown } = await board()
    terminal.type('c')
    await vi.waitUntil(() => asked.length === 1, PATIENT)
    writes[0]?.fail(new Error('not now'))
    await vi.waitUntil(() => terminal.shown.includes('not now'), PATIENT)
    terminal.type('q')
    await shown
  })
})

describe('what is typed while a write is pending', () => {
  it('stays in its prompt, with a message, and is written when the first write has ended', async () => {
    const { terminal, asked, writes, shown } = await board()
    terminal.type('c')
    await vi.waitUntil(() => asked.length === 1, PATIENT)
    terminal.type('ncall grace\r')
    await vi.waitUntil(() => terminal.shown.includes('Still writing'), PATIENT)
    expect(terminal.shown).toContain('Note on WP01: call grace')
    expect(asked.map(({ name }) => name)).toEqual(['claim'])
    writes[0]?.end()
    await vi.waitUntil(() => terminal.shown.includes('WP01 is yours'), PATIENT)
    terminal.type('\r')
    await vi.waitUntil(() => asked.length === 2, PATIENT)
    expect(asked[1]).toMatchObject({ name: 'note', given: { text: 'call grace' } })
    writes[1]?.end()
    terminal.type('q')
    await shown
  })
})

describe('a hub that stops answering', () => {
  it('is said once, and so is that it answers again', async () => {
    const { terminal, shown, hub } = await board()
    hub.tell(new KittyError('HubUnreachable', 'The hub was not reached.'))
    await vi.waitUntil(() => terminal.shown.includes('The hub was not reached.'), PATIENT)
    hub.tell()
    await vi.waitUntil(() => terminal.shown.includes('The hub answers again.'), PATIENT)
    terminal.type('q')
    await shown
  })
})
