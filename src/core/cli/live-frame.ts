/** Scrolling for a page that is longer than its screen, as pure functions: the visible part, and the effect of keys. */
import { paint, symbolsOf, type Style } from './style.js'
import { truncate } from './render/text.js'

export interface View {
  readonly rows: number
  /** The first visible line of the page. */
  readonly top: number
}

export type Key =
  'quit' | 'interrupt' | 'suspend' | 'up' | 'down' | 'page up' | 'page down' | 'top' | 'bottom'

const KEYS: Readonly<Record<string, Key>> = {
  q: 'quit',
  Q: 'quit',
  '\u0003': 'interrupt',
  '\u001a': 'suspend',
  '\u001b[A': 'up',
  '\u001bOA': 'up',
  k: 'up',
  '\u001b[B': 'down',
  '\u001bOB': 'down',
  j: 'down',
  '\u001b[5~': 'page up',
  b: 'page up',
  '\u001b[6~': 'page down',
  ' ': 'page down',
  '\u001b[H': 'top',
  '\u001b[1~': 'top',
  g: 'top',
  '\u001b[F': 'bottom',
  '\u001b[4~': 'bottom',
  G: 'bottom',
}

/** The keys in a chunk of terminal input; unknown keys are skipped. */
export function keysIn(input: string): Key[] {
  const parts = input.match(/\u001b(?:\[[0-9;]*[A-Za-z~]|O[A-Za-z])|[^]/gu) ?? []
  return parts.flatMap((part) => (Object.hasOwn(KEYS, part) ? (KEYS[part] ?? []) : []))
}

/** The position of the view after a key, on a page of `length` lines. */
export function scrolled({ rows, top }: View, key: Key, length: number): number {
  const page = pageRows(rows)
  const to = {
    up: top - 1,
    down: top + 1,
    'page up': top - page,
    'page down': top + page,
    top: 0,
    bottom: length,
  }
  return within(key in to ? to[key as keyof typeof to] : top, rows, length)
}

/** The screen's lines, exactly `rows` of them: part of the page, and a status line that names the keys. */
export function frame(
  page: string,
  view: View,
  note: string,
  style: Style,
): { lines: string[]; top: number } {
  const lines = page.split('\n')
  const room = pageRows(view.rows)
  const top = within(view.top, view.rows, lines.length)
  const { dot, ellipsis } = symbolsOf(style)
  const seen = lines.slice(top, top + room)
  const place =
    lines.length <= room
      ? ''
      : `lines ${top + 1} to ${top + seen.length} of ${lines.length} ${dot} arrows scroll ${dot} `
  const status = truncate(`${place}${note} ${dot} q quits`, style.width, ellipsis)
  const blank = Array.from({ length: room - seen.length }, () => '')
  return { lines: [...seen, ...blank, paint(status, 'faint', style)], top }
}

/** The status line takes one row, however low the screen. */
function pageRows(rows: number): number {
  return Math.max(1, rows - 1)
}

function within(top: number, rows: number, length: number): number {
  return Math.max(0, Math.min(top, length - pageRows(rows)))
}
