import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { LiveScreen } from '../../../src/core/cli/live-screen.js'
import type { ScreenInput, ScreenOutput } from '../../../src/core/cli/terminal-screen.js'
import type { Style } from '../../../src/core/cli/style.js'

class Terminal extends EventEmitter implements ScreenOutput {
  rows = 4
  columns = 40
  written = ''
  write(text: string): void {
    this.written += text
  }
  /** What was written since the last time. */
  take(): string {
    const { written } = this
    this.written = ''
    return written
  }
}

class Keyboard extends EventEmitter implements ScreenInput {
  readonly isTTY = true
  raw = false
  paused = true
  setRawMode(raw: boolean): void {
    this.raw = raw
  }
  resume(): void {
    this.paused = false
  }
  pause(): void {
    this.paused = true
  }
}

function setUp(canSuspend?: boolean) {
  const terminal = new Terminal()
  const keyboard = new Keyboard()
  const heard: string[] = []
  const style = (): Style => ({ colour: false, unicode: true, width: terminal.columns, terminal: true })
  const events = { quit: () => heard.push('quit'), interrupt: () => heard.push('interrupt') }
  const screen = new LiveScreen(terminal, keyboard, style, events, canSuspend)
  return { terminal, keyboard, heard, screen }
}

const page = (text: string) => ({ text: (style: Style) => `${text} at ${style.width}`, note: 'live' })

describe('a live screen', () => {
  it('takes back everything it changed of the terminal, once', () => {
    const { terminal, keyboard, screen } = setUp()
    const listeners = process.listenerCount('exit')
    screen.open()
    expect(terminal.take()).toBe('\u001b[?1049h\u001b[?25l\u001b[?7l')
    expect([keyboard.raw, keyboard.paused]).toEqual([true, false])
    screen.show(page('board'))
    terminal.take()
    screen.close()
    screen.close()
    expect(terminal.take()).toBe('\u001b[?7h\u001b[?25h\u001b[?1049l')
    expect([keyboard.raw, keyboard.paused]).toEqual([false, true])
    expect([
      terminal.listenerCount('resize'),
      keyboard.listenerCount('data'),
      process.listenerCount('exit') - listeners,
    ]).toEqual([0, 0, 0])
    screen.show(page('too late'))
    expect(terminal.take()).toBe('')
  })

  it('stays as it is on Ctrl-Z where no signal stops a program', () => {
    const { terminal, keyboard, screen } = setUp(false)
    screen.open()
    terminal.take()
    keyboard.emit('data', Buffer.from('\u001a'))
    expect(terminal.take()).toBe('')
    expect(keyboard.raw).toBe(true)
    screen.close()
  })

  it('draws again only what is another picture, and after a change of size', () => {
    const { terminal, screen } = setUp()
    screen.open()
    terminal.take()
    screen.show(page('board'))
    expect(terminal.take()).toContain('board at 40')
    screen.show(page('board'))
    expect(terminal.take()).toBe('')
    terminal.columns = 30
    terminal.emit('resize')
    expect(terminal.take()).toContain('board at 30')
  })

  it('hears q and Ctrl-C, and scrolls', () => {
    const { terminal, keyboard, heard, screen } = setUp()
    screen.open()
    screen.show({ text: () => 'one\ntwo\nthree\nfour\nfive', note: 'live' })
    terminal.take()
    keyboard.emit('data', Buffer.from('\u001b[B'))
    expect(terminal.take()).toContain('four')
    keyboard.emit('data', Buffer.from('q\u0003'))
    expect(heard).toEqual(['quit', 'interrupt'])
    screen.close()
  })

  it('renders a page once for a width, however often it is scrolled', () => {
    const { terminal, keyboard, screen } = setUp()
    const widths: number[] = []
    const text = ({ width }: Style): string => {
      widths.push(width)
      return 'a\nb\nc\nd\ne\nf'
    }
    screen.open()
    screen.show({ text, note: 'live' })
    for (let times = 0; times < 5; times++) keyboard.emit('data', Buffer.from('j'))
    expect(terminal.take()).toContain('lines 4 to 6 of 6')
    terminal.columns = 60
    terminal.emit('resize')
    keyboard.emit('data', Buffer.from('k'))
    screen.show({ text, note: 'live' })
    expect(widths).toEqual([40, 60, 60])
    screen.close()
  })
})
