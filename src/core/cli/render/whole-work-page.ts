/** The page of `show`: what the next person or agent on a package needs, with its file's text at the end. */
import type { WholeWorkDocument } from '../../services/board/whole-work.js'
import { toRun } from '../../errors/next-step.js'
import { packageName } from '../../specs/work-package-id.js'
import { symbolsOf, type Style } from '../style.js'
import { conflictLines } from './conflict-lines.js'
import { historyLines } from './history.js'
import { ink, span, type Line, paragraphs, wholeSpan } from './line.js'
import { oneLine, stripControl } from './strip-control.js'
import { facts, fact, gateLine, head, noteLines, section } from './work-package-page.js'

/** @param now The reference for "3 minutes ago". */
export function renderWholeWork(page: WholeWorkDocument, now: Date, style: Style): string {
  const sections = [
    [
      ...head(page),
      ...facts(page, now, style),
      ...fact('priority', page.priority === DEFAULT ? '' : String(page.priority)),
      ...fact('needed by', oneLine(page.dependents.join(' '))),
      ...fact('branch', oneLine(page.branch ?? '')),
      ...fact('worktree', oneLine(page.worktree ?? '')),
      ...fact('edited here', oneLine(page.edited_here ?? ''), 'warn'),
    ],
    section(
      'Subtasks',
      page.subtasks_list.map((one) => subtaskLine(one, style)),
    ),
    section(
      'Gates',
      page.gates_list.map((gate) => gateLine(gate, style)),
    ),
    section(
      'Notes',
      page.notes.flatMap((note) => noteLines(note, now, style)),
    ),
    conflictLines(page.conflicts, style),
    section(historyTitle(page), historyLines(page.history, now, style)),
    section(
      'Next',
      page.next.map(({ text }) => [wholeSpan(`  ${oneLine(text)}`)]),
    ),
  ]
  const lines = paragraphs(sections)
  const body = page.body === null || page.body === '' ? [] : ['', stripControl(page.body)]
  return [ink(lines, style), ...body].join('\n')
}

/** The priority of a package that names none is not worth a line. */
const DEFAULT = 2

function subtaskLine({ id, text, done }: WholeWorkDocument['subtasks_list'][number], style: Style): Line {
  const { done: mark } = symbolsOf(style)
  return [
    span(`  [${done ? (style.terminal ? mark : 'x') : ' '}] `, done ? 'good' : undefined),
    span(oneLine(id), 'strong'),
    span(text === null ? '' : ` ${oneLine(text)}`),
  ]
}

function historyTitle({
  history,
  history_total: total,
  feature,
  work_package: id,
}: WholeWorkDocument): string {
  if (history.length === total) return 'History'
  return `History (last ${history.length} of ${total}${toRun(['kitty', 'log', packageName(feature, id)])})`
}
