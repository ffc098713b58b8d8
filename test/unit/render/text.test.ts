import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fill, fit, lineWidth, span } from '../../../src/core/cli/render/line.js'
import { oneLine, stripControl } from '../../../src/core/cli/render/strip-control.js'
import { displayWidth, pad, truncate, wrap } from '../../../src/core/cli/render/text.js'
import { hostileText, onTerminal } from './documents.js'

const clean = fc.oneof(hostileText, fc.string({ unit: 'grapheme' })).map(oneLine)

describe('the width of text', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['漢字', 4],
    ['ｆｕｌｌ', 8],
    ['한글', 4],
    ['👍', 2],
    ['👍🏽', 2],
    ['👩‍💻', 2],
    ['👨‍👩‍👧‍👦', 2],
    ['🇩🇪', 2],
    ['🇩🇪🇫🇷', 4],
    ['❤️', 2],
    ['❤', 1],
    ['⛔', 2],
    ['✓', 1],
    ['…', 1],
    ['━', 1],
    ['\u200b', 0],
    ['नि', 1],
    ['①', 1],
  ])('of %j is %i', (text, width) => {
    expect(displayWidth(text)).toBe(width)
  })
})

describe('cutting text', () => {
  it.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 5, 'abcd…'],
    ['ab cdef', 4, 'ab…'],
    ['漢字漢字', 5, '漢字…'],
    ['漢字漢字', 4, '漢…'],
    ['👩‍💻👩‍💻', 3, '👩‍💻…'],
    ['abc', 0, ''],
  ])('%j to %i columns gives %j', (text, width, cut) => {
    expect(truncate(text, width)).toBe(cut)
  })

  it.each([
    ['one two three', 7, Infinity, ['one two', 'three']],
    ['Event Reading State Reconstruction', 15, Infinity, ['Event Reading', 'State', 'Reconstruction']],
    ['a Reconstructionism', 8, Infinity, ['a Recons', 'truction', 'ism']],
    ['one two three four', 7, 2, ['one two', 'three…']],
    ['', 7, Infinity, []],
  ])('%j wrapped at %i gives %j', (text, width, lines, wrapped) => {
    expect(wrap(text, width, lines)).toEqual(wrapped)
  })

  it('never gives more than asked, and wrapping loses nothing but spaces', () => {
    fc.assert(
      fc.property(clean, fc.integer({ min: 2, max: 40 }), (text, width) => {
        expect(displayWidth(truncate(text, width))).toBeLessThanOrEqual(width)
        expect(displayWidth(pad(truncate(text, width), width))).toBe(width)
        const lines = wrap(text, width)
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width)
        expect(lines.join('').replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''))
      }),
    )
  })

  it('of a line of spans keeps to the width, and fills it exactly', () => {
    fc.assert(
      fc.property(fc.array(clean, { maxLength: 5 }), fc.nat(60), (texts, width) => {
        const line = texts.map((text) => span(text))
        expect(lineWidth(fit(line, width, onTerminal(80)))).toBeLessThanOrEqual(width)
        expect(lineWidth(fill(line, width, onTerminal(80)))).toBe(width)
      }),
    )
  })
})

/** Each is one line, as a package's file, a note or a reason may be, and takes minutes if a line looks at the whole rest. */
const LONG_LINES: readonly (readonly [what: string, text: string])[] = [
  ['words of wide characters', '日本 '.repeat(40_000)],
  ['one word of wide characters', '日本'.repeat(60_000)],
  ['one Latin word', 'x'.repeat(4_000_000)],
  ['a short word before a long one', `é ${'語'.repeat(120_000)}`],
  ['emoji joined to one', '👩\u200d'.repeat(60_000)],
  ['one letter with its accents', `a${'\u0301'.repeat(200_000)}`],
]

describe('a very long line', () => {
  it.each(LONG_LINES)('of %s is wrapped whole, or cut, without looking at it once a line', (_what, text) => {
    const lines = wrap(text, 76)
    expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
    expect(lines.every((line) => displayWidth(line) <= 76)).toBe(true)
    expect(wrap(text, 76, 3).length).toBeLessThanOrEqual(3)
    expect(displayWidth(truncate(text, 10))).toBeLessThanOrEqual(10)
  })
})

describe('control characters', () => {
  it.each([
    ['colour', 'a\u001b[31mb', 'ab'],
    ['an erased screen, in C1', 'a\u009b2Jb', 'ab'],
    ['a window title', '\u001b]0;x\u0007', ']0;x'],
    ['a reversed file name', 'txt\u202eexe', 'txtexe'],
    ['half a pair', 'a\ud800b', 'a\ufffdb'],
    ['the other half', '\udc00', '\ufffd'],
    ['carriage return', 'secret\rpublic', 'secretpublic'],
    ['tag characters', 'a\u{e0041}b', 'ab'],
  ])('of the kind "%s" are gone', (_name, text, stripped) => {
    expect(stripControl(text)).toBe(stripped)
  })

  it('leave tab, newline, joiners and every language alone', () => {
    const text = 'a\tb\nç 漢字 👩‍💻 שלום नमस्ते'
    expect(stripControl(text)).toBe(text)
  })

  it('put on one line leave no break of any kind', () => {
    expect(oneLine(' a\r\nb\tc\u2028d ')).toBe('a b c d')
  })

  it('never pass, wherever they stand', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(stripControl(text)).not.toMatch(
          /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/,
        )
      }),
    )
  })
})
