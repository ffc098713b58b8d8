import { describe, expect, it } from 'vitest'
import { frame, keysIn, scrolled } from '../../../src/core/cli/live-frame.js'
import type { Style } from '../../../src/core/cli/style.js'

const STYLE: Style = { colour: false, unicode: true, width: 60, terminal: true }
const page = (length: number): string => Array.from({ length }, (_, at) => `line ${at + 1}`).join('\n')

describe('keys', () => {
  it('are told apart, also when several come in one read, and unknown ones are ignored', () => {
    expect(keysIn('q')).toEqual(['quit'])
    expect(keysIn('\u0003')).toEqual(['interrupt'])
    expect(keysIn('\u001b[A\u001b[Bx\u001bOA\u001b[5~G')).toEqual(['up', 'down', 'up', 'page up', 'bottom'])
    expect(keysIn('\u001b[1;5C constructor')).toEqual(['page down'])
  })
})

describe('a page on a screen', () => {
  it("fills the screen exactly, whatever its length and the screen's height", () => {
    for (const length of [1, 5, 9, 10, 11, 200]) {
      for (const rows of [2, 10, 24])
        expect(frame(page(length), { rows, top: 0 }, 'live', STYLE).lines).toHaveLength(rows)
    }
  })

  it('says which part of it is seen when it is longer, and nothing of it when it is not', () => {
    expect(frame(page(30), { rows: 11, top: 5 }, 'live', STYLE).lines.at(-1)).toMatch(/^lines 6 to 15 of 30 /)
    expect(frame(page(3), { rows: 11, top: 0 }, 'live', STYLE).lines.at(-1)).toBe('live · q quits')
  })

  it('never shows less than there is room for: a page that became shorter is seen from where its end fits', () => {
    expect(frame(page(30), { rows: 11, top: 99 }, 'live', STYLE)).toMatchObject({ top: 20 })
    expect(frame(page(4), { rows: 11, top: 20 }, 'live', STYLE)).toMatchObject({ top: 0 })
  })

  it('scrolls by lines, by screens and to both ends', () => {
    const view = { rows: 11, top: 5 }
    expect(scrolled(view, 'down', 30)).toBe(6)
    expect(scrolled(view, 'up', 30)).toBe(4)
    expect(scrolled(view, 'page down', 30)).toBe(15)
    expect(scrolled(view, 'page up', 30)).toBe(0)
    expect(scrolled(view, 'bottom', 30)).toBe(20)
    expect(scrolled(view, 'top', 30)).toBe(0)
    expect(scrolled(view, 'quit', 30)).toBe(5)
  })

  it('is never wider than the terminal', () => {
    const last = frame(page(300), { rows: 10, top: 0 }, 'live, as of 12:00:00 UTC', {
      ...STYLE,
      width: 20,
    }).lines.at(-1)
    expect(last?.length).toBeLessThanOrEqual(20)
  })
})
