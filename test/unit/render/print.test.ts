import { describe, expect, it } from 'vitest'
import { Printer } from '../../../src/core/cli/print.js'
import type { OutputStream } from '../../../src/core/cli/standard-output.js'
import { paint, terminalStyle } from '../../../src/core/cli/style.js'

class Written implements OutputStream {
  text = ''
  fail: ((error: Error) => void) | undefined
  constructor(readonly isTTY = false) {}
  write(text: string): void {
    this.text += text
  }
  on(_event: 'error', listener: (error: Error) => void): void {
    this.fail = listener
  }
}

function printing(options: { tty?: boolean; env?: Record<string, string>; noColor?: boolean } = {}) {
  const stdout = new Written(options.tty)
  const stderr = new Written(options.tty)
  const clock = { now: 0 }
  const printer = new Printer({
    stdout,
    stderr,
    env: options.env ?? {},
    noColor: options.noColor ?? false,
    now: () => clock.now,
  })
  return { printer, stdout, stderr, clock }
}

describe('printing', () => {
  it('puts results on stdout, warnings and errors on stderr, a warning once', () => {
    const { printer, stdout, stderr } = printing()
    printer.out('result')
    printer.warn('careful')
    printer.warn('careful')
    printer.error('Error: x')
    expect(stdout.text).toBe('result\n')
    expect(stderr.text).toBe('Warning: careful\nError: x\n')
  })

  it('lets no control byte out, however it came in', () => {
    const { printer, stdout, stderr } = printing()
    printer.out('a\u001b[2Jb\u0007\u202ec')
    printer.warn('a\u009b2Jb\r')
    expect(stdout.text).toBe('abc\n')
    expect(stderr.text).toBe('Warning: ab\n')
  })

  it.each([
    [false, 'a,b\r\nc\r\n'],
    [true, 'a,b\nc\n'],
  ])('prints the content of a file as it is, but for control bytes (on a terminal: %s)', (tty, expected) => {
    const { printer, stdout } = printing({ tty })
    printer.content('a,\u202eb\r\nc\u0007\r\n')
    expect(stdout.text).toBe(expected)
  })

  it('lets the colours of the palette through on a terminal and nowhere else', () => {
    const text = `${paint('a', 'bad', { colour: true, unicode: true, width: 80, terminal: true })}\u001b[5mb`
    for (const [options, expected] of [
      [{ tty: true }, '\u001b[31ma\u001b[39mb\n'],
      [{ tty: true, noColor: true }, 'ab\n'],
      [{ tty: true, env: { NO_COLOR: '1' } }, 'ab\n'],
      [{ tty: false }, 'ab\n'],
    ] as const) {
      const { printer, stdout } = printing(options)
      printer.out(text)
      expect(stdout.text).toBe(expected)
    }
  })

  it('prints one JSON document and no second one', () => {
    const { printer, stdout, stderr } = printing()
    printer.json({ a: 1 })
    printer.json({ b: 2 })
    expect(stdout.text).toBe('{"a":1}\n')
    expect(stderr.text).toContain('exactly one')
  })

  it('escapes in JSON what a terminal would obey, and keeps its value', () => {
    const { printer, stdout } = printing()
    const document = { text: 'a\u001b[31m\u009b\u202e\u007f\u2028\ud800' }
    printer.json(document)
    expect(stdout.text).toMatch(/^[\n -~]*$/)
    expect(JSON.parse(stdout.text)).toEqual(document)
  })

  it('indents JSON for a person and keeps it on one line for a program', () => {
    const { printer, stdout } = printing({ tty: true })
    printer.json({ a: [1] })
    expect(stdout.text).toBe('{\n  "a": [\n    1\n  ]\n}\n')
  })

  it('falls silent when its reader has gone, and leaves the outcome what it was', () => {
    const { printer, stdout, stderr } = printing()
    const before = process.exitCode
    stdout.fail?.(Object.assign(new Error('x'), { code: 'EPIPE' }))
    printer.out('more')
    printer.jsonLine({})
    expect(printer.closed).toBe(true)
    expect(stdout.text + stderr.text).toBe('')
    expect(process.exitCode).toBe(before)
  })

  it('says so, once, when the output cannot be written', () => {
    const { stdout, stderr } = printing()
    const before = process.exitCode
    stdout.fail?.(Object.assign(new Error('x'), { code: 'ENOSPC' }))
    stdout.fail?.(Object.assign(new Error('x'), { code: 'ENOSPC' }))
    expect(stderr.text.match(/ENOSPC/g)).toHaveLength(1)
    expect(process.exitCode).toBe(3)
    process.exitCode = before
  })
})

describe('progress', () => {
  it('shows after half a second, on a terminal, and is gone before anything else is said', () => {
    const { printer, stderr, clock } = printing({ tty: true })
    const progress = printer.progress('Rebuilding')
    clock.now = 400
    progress.update(1, 4)
    expect(stderr.text).toBe('')
    clock.now = 600
    progress.update(1, 4)
    progress.update(2, 4)
    expect(stderr.text).toBe('\rRebuilding 25 %\u001b[K')
    printer.error('Error: x')
    expect(stderr.text).toBe('\rRebuilding 25 %\u001b[K\r\u001b[KError: x\n')
    progress.stop()
    expect(stderr.text.endsWith('Error: x\n')).toBe(true)
  })

  it('stays away when piped', () => {
    const { printer, stderr, clock } = printing()
    const progress = printer.progress('Rebuilding')
    clock.now = 9999
    progress.update(5)
    progress.stop()
    expect(stderr.text).toBe('')
  })
})

describe('the style', () => {
  const style = (env: Record<string, string>, isTTY: boolean, noColor = false, columns?: number) =>
    terminalStyle({ env, stream: { isTTY, columns }, noColor })

  it.each([
    ['a terminal', {}, true, false, true],
    ['a pipe', {}, false, false, false],
    ['NO_COLOR', { NO_COLOR: '1' }, true, false, false],
    ['an empty NO_COLOR, which counts as unset', { NO_COLOR: '' }, true, false, true],
    ['FORCE_COLOR on a pipe', { FORCE_COLOR: '1' }, false, false, true],
    ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, true, false, false],
    ['NO_COLOR against FORCE_COLOR', { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false, false],
    ['--no-color against FORCE_COLOR', { FORCE_COLOR: '1' }, true, true, false],
    ['a dumb terminal', { TERM: 'dumb' }, true, false, false],
  ])('has colour as %s asks', (_name, env, isTTY, noColor, colour) => {
    expect(style(env, isTTY, noColor).colour).toBe(colour)
  })

  it('follows the width of a terminal, and has none when piped', () => {
    expect(style({}, true, false, 132).width).toBe(132)
    expect(style({}, true, false, 0).width).toBe(80)
    expect(style({}, true, false, 3).width).toBe(20)
    expect(style({}, false, false, 132)).toMatchObject({ width: Infinity, terminal: false })
  })

  it.each([
    [{ LANG: 'de_DE.UTF-8' }, true],
    [{ LC_ALL: 'C', LANG: 'en_US.UTF-8' }, false],
    [{ LANG: 'POSIX' }, false],
    [{}, true],
    [{ TERM: 'linux', LANG: 'C.UTF-8' }, false],
    [{ OS: 'Windows_NT' }, false],
    [{ OS: 'Windows_NT', WT_SESSION: 'a-b' }, true],
    [{ OS: 'Windows_NT', TERM_PROGRAM: 'vscode' }, true],
    [{ OS: 'Windows_NT', LANG: 'C' }, false],
  ])('draws more than ASCII as %j allows', (env, unicode) => {
    expect(style(env, true).unicode).toBe(unicode)
  })
})
