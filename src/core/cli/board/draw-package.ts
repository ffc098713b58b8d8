/** An open package: subtasks on top, where they can be ticked; below, everything else, which scrolls. */
import { type Line, scrolled, span } from '../render/line.js'
import { counted } from '../../errors/counted.js'
import { oneLine, stripControl } from '../render/strip-control.js'
import { wrap } from '../render/text.js'
import { workPackageLines } from '../render/work-package-page.js'
import { symbolsOf, type Style } from '../style.js'
import type { OpenPackage, Size, View } from './board-state.js'

const MOST_SUBTASKS = 8
/** Longer texts are cut: they are wrapped again whenever the package has been read. */
const MOST_TEXT_LINES = 2_000
/** "3 minutes ago" may be this much too young, in milliseconds: a page's lines stay as they are for as long. */
const MOMENT_MS = 10_000

interface PageLines {
  readonly width: number
  readonly unicode: boolean
  readonly moment: number
  readonly lines: readonly Line[]
}

/** Of each page the lines drawn last: a key that scrolls must not wrap a long text again. */
const drawn = new WeakMap<OpenPackage, PageLines>()

export function packageScreen(view: View & { kind: 'package' }, { rows, style, now }: Size) {
  const { page, subtask, top } = view
  if (page === undefined) return { lines: [[span(` Reading ${oneLine(view.key)}`, 'faint' as const)]], top }
  const subtasks = subtaskLines(page, subtask?.at, Math.max(1, Math.min(MOST_SUBTASKS, rows - 4)), style)
  const below = scrolled(pageLines(page, style, now), top, Math.max(0, rows - subtasks.length))
  return { lines: [...subtasks, ...below.lines], top: below.top }
}

function pageLines(page: OpenPackage, style: Style, now: Date): readonly Line[] {
  const { width, unicode } = style
  const moment = Math.floor(now.getTime() / MOMENT_MS) * MOMENT_MS
  const known = drawn.get(page)
  if (known?.width === width && known.unicode === unicode && known.moment === moment) return known.lines
  const inner = { ...style, width: width - 2 }
  const all = [...workPackageLines(page.detail, new Date(moment), inner), ...textLines(page.text, inner)]
  const lines = all.map((line): Line => [span(' '), ...line])
  drawn.set(page, { width, unicode, moment, lines })
  return lines
}

function subtaskLines(
  { subtasks }: OpenPackage,
  chosen: number | undefined,
  room: number,
  style: Style,
): Line[] {
  if (subtasks.length === 0) return []
  const { done, chosen: pointer } = symbolsOf(style)
  const first = Math.max(0, Math.min((chosen ?? 0) - Math.floor(room / 2), subtasks.length - room))
  const count = subtasks.filter((one) => one.done).length
  const part = subtasks.length > room ? `, from ${first + 1}` : ''
  return [
    [span(` Subtasks ${count}/${subtasks.length}${part}`, 'strong')],
    ...subtasks.slice(first, first + room).map((one, at): Line => {
      const isChosen = first + at === chosen
      return [
        span(isChosen ? ` ${pointer} ` : '   ', 'strong'),
        span(
          `[${one.done ? done : ' '}] ${oneLine(one.id)}`,
          isChosen ? 'chosen' : one.done ? 'faint' : undefined,
        ),
      ]
    }),
    [],
  ]
}

function textLines(text: string | null, style: Style): Line[] {
  if (text === null) return []
  const { ellipsis } = symbolsOf(style)
  const lines = stripControl(text).replaceAll('\t', '  ').trimEnd().split('\n')
  const wrapped: string[] = []
  let count = 0
  for (; count < lines.length && wrapped.length < MOST_TEXT_LINES; count += 1)
    wrapped.push(...indentWrap(lines[count] ?? '', style.width, MOST_TEXT_LINES - wrapped.length, ellipsis))
  const rest = lines.length - count
  return [
    [],
    [span('Text', 'strong')],
    ...wrapped.map((line): Line => [span(line)]),
    ...(rest > 0 ? [[span(`and ${counted(rest, 'more line')}`, 'faint' as const)]] : []),
  ]
}

/** Wrapped lines keep the indent of the first, as lists in Markdown need. */
function indentWrap(line: string, width: number, most: number, ellipsis: string): string[] {
  if (line.trim() === '') return ['']
  const indent = /^ {0,20}/.exec(line)?.[0] ?? ''
  return wrap(line, width - indent.length, most, ellipsis).map((part) => indent + part)
}
