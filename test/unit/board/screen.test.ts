import { describe, expect, it, vi } from 'vitest'
import { BoardScreen, type BoardTerminal } from '../../../src/core/cli/board/board-screen.js'
import type { WriteAsk } from '../../../src/core/cli/board/key.js'
import { ABOUT, boardOf, PACKAGES } from './boards.js'

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
  quit = () => undefined
  interrupt = () => undefined

  type(text: string): void {
    this.#typed(Buffer.from(text))
  }
}

describe('what is typed while a write is pending', () => {
  it('stays in its prompt, with a message, and is written when the first write has ended', async () => {
    const terminal = new Typewriter()
    const asked: WriteAsk[] = []
    const ends: (() => void)[] = []
    const end = new AbortController()
    const look = () => Promise.resolve({ board: boardOf(PACKAGES), about: ABOUT })
    const desk = {
      look,
      open: () => Promise.reject(new Error('no package is opened here')),
      write: (ask: WriteAsk) => {
        asked.push(ask)
        return new Promise<void>((resolve) => ends.push(resolve))
      },
      changes: () => ({
        next: (signal: AbortSignal) =>
          new Promise<boolean>((resolve) => signal.addEventListener('abort', () => resolve(false))),
        close: () => undefined,
      }),
    }
    const screen = new BoardScreen(desk, undefined, terminal)
    const shown = screen.run(end.signal)
    await vi.waitUntil(() => terminal.shown.includes('WP01'))
    terminal.type('c')
    await vi.waitUntil(() => asked.length === 1)
    terminal.type('ncall grace\r')
    await vi.waitUntil(() => terminal.shown.includes('Still writing'))
    expect(terminal.shown).toContain('Note on WP01: call grace')
    expect(asked.map(({ name }) => name)).toEqual(['claim'])
    ends[0]?.()
    await vi.waitUntil(() => terminal.shown.includes('WP01 is yours'))
    terminal.type('\r')
    await vi.waitUntil(() => asked.length === 2)
    expect(asked[1]).toMatchObject({ name: 'note', given: { text: 'call grace' } })
    end.abort()
    await shown
  })
})
