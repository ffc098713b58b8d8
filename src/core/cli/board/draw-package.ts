/** An open package: subtasks on top, where they can be ticked; below, everything else, which scrolls. */
import { type Line, scrolled, span } from '../render/line.js'
import { oneLine, stripControl } from '../render/strip-control.js'
import { wrap } from '../render/text.js'
import { workPackageLines } from '../render/work-package-page.js'
import { symbolsOf, type Style } from '../style.js'
import type { OpenPackage, Size, View } from './board-state.js'

const MOST_SUBTASKS = 8
/** Longer texts are cut: every redraw would wrap them again. */
const MOST_TEXT_LINES = 2_000

export function packageScreen(view: View & { kind: 'package' }, { rows, style, now }: Size) {
  const { page, subtask, top } = view
  if (page === undefined) return { lines: [[span(` Reading ${oneLine(view.key)}`, 'faint' as const)]], top }
  const subtasks = subtaskLines(page, subtask, Math.max(1, Math.min(MOST_SUBTASKS, rows - 4)), style)
  const inner = { ...style, width: style.width - 2 }
  const rest = [...workPackageLines(page.detail, now, inner), ...textLines(page.text, inner)]
  const indented = rest.map((line): Line => [span(' '), ...line])
  const below = scrolled(indented, top, Math.max(0, rows - subtasks.length))
  return { lines: [...subtasks, ...below.lines], top: below.top }
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
  const wrapped = lines
    .slice(0, MOST_TEXT_LINES)
    .flatMap((line) => (line.trim() === '' ? [''] : indentWrap(line, style.width, ellipsis)))
  const rest = lines.length - MOST_TEXT_LINES
  return [
    [],
    [span('Text', 'strong')],
    ...wrapped.map((line): Line => [span(line)]),
    ...(rest > 0 ? [[span(`and ${rest} more lines`, 'faint' as const)]] : []),
  ]
}

/** Wrapped lines keep the indent of the first, as lists in Markdown need. */
function indentWrap(line: string, width: number, ellipsis: string): string[] {
  const indent = /^ {0,20}/.exec(line)?.[0] ?? ''
  return wrap(line, width - indent.length, Infinity, ellipsis).map((part) => indent + part)
}
