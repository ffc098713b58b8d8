/** The doctor's findings: failed checks first, each followed by its remedy. */
import type { CheckDocument } from '../../projections/board-document.js'
import { paint, symbolsOf, type Style } from '../style.js'
import { ink, span, type Line } from './line.js'
import { oneLine } from './strip-control.js'
import { wrap } from './text.js'
import { typedStep } from '../../errors/next-step.js'

interface Diagnosis {
  readonly checks: readonly CheckDocument[]
  readonly ok: boolean
  /** Names of checks that failed and were fixed. */
  readonly fixed: readonly string[]
}

/** With fewer columns than this next to the names, wrapping a message is pointless. */
const NARROWEST_TEXT = 30
/** Longer lines are hard to follow, however wide the terminal. */
const WIDEST_TEXT = 100

/** One line per check when piped, so that grep finds it; wrapped next to the names on a terminal. */
export function renderChecks({ checks, ok, fixed }: Diagnosis, style: Style): string {
  const names = Math.max(0, ...checks.map(({ name }) => oneLine(name).length))
  const passed = checks.filter((check) => check.ok)
  const failed = checks.filter((check) => !check.ok)
  const sections = [
    passed.flatMap((check) => checkLines(check, names, fixed, style)),
    failed.flatMap((check) => checkLines(check, names, fixed, style)),
  ]
  const text = sections.filter((lines) => lines.length > 0).map((lines) => ink(lines, style))
  return [...text, sum({ checks, ok, fixed }, style)].join('\n\n')
}

function checkLines(
  { name, ok, message, next_steps }: CheckDocument,
  names: number,
  fixed: readonly string[],
  style: Style,
): Line[] {
  const { arrow } = symbolsOf(style)
  const isFixed = ok && fixed.includes(name)
  const head: Line = [mark(ok, isFixed, style), span(` ${oneLine(name).padEnd(names)}  `, 'strong')]
  const indent = head.reduce((width, { text }) => width + text.length, 0)
  const texts = column(oneLine(message), indent, style)
  const room = indent + arrow.length + 1
  const fixes = next_steps.flatMap((step) =>
    column(oneLine(typedStep(step)), room, style).map((text, at) => ({ text, isFirst: at === 0 })),
  )
  return [
    ...texts.map((text, at): Line => [
      ...(at === 0 ? head : [span(' '.repeat(indent))]),
      span(text, ok && !isFixed ? 'faint' : undefined),
    ]),
    ...fixes.map(({ text, isFirst }): Line => [
      span(' '.repeat(indent)),
      span(isFirst ? `${arrow} ` : ' '.repeat(arrow.length + 1), 'faint'),
      span(text),
    ]),
  ]
}

function column(text: string, indent: number, style: Style): string[] {
  const room = Math.min(style.width - indent, WIDEST_TEXT)
  return style.terminal && room >= NARROWEST_TEXT ? wrap(text, room) : [text]
}

/** A word when piped, so that grep finds it. */
function mark(ok: boolean, isFixed: boolean, style: Style): Line[number] {
  if (!style.terminal) return span((isFixed ? 'fixed' : ok ? 'ok' : 'failed').padEnd(6))
  const { done, warning } = symbolsOf(style)
  return ok ? span(done, 'good') : span(warning, 'bad')
}

function sum({ checks, ok, fixed }: Diagnosis, style: Style): string {
  const put = fixed.length === 0 ? '' : `${fixed.length} put right. `
  if (ok) return `${put}${paint('All is well.', 'good', style)}`
  const failed = checks.filter((check) => !check.ok).length
  return `${put}${paint(`${failed} of ${checks.length} checks failed.`, 'bad', style)}`
}
