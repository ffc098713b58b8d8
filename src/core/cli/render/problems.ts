/** The findings of verify. */
import type { ProblemDocument } from '../../projections/board-document.js'
import { paint, symbolsOf, type Style } from '../style.js'
import { oneLine } from './strip-control.js'
import { counted } from '../../errors/counted.js'
import { plainLines } from './plain-lines.js'

interface Findings {
  /** The number of files and events that were read. */
  readonly files: number
  readonly events: number
  readonly problems: readonly ProblemDocument[]
  readonly notices: readonly ProblemDocument[]
}

/** Output of `events verify`: `file:line: kind: message`, as editors and grep expect it, then the totals. */
export function renderProblems({ files, events, problems, notices }: Findings, style: Style): string {
  const read = `${counted(events, 'event')} in ${counted(files, 'file')}`
  const lines = [...problems, ...notices].map((problem) => problemLine(problem, style))
  if (problems.length === 0) return plainLines([...lines, `${mark(true, style)} ${read}, no problems`])
  return plainLines([
    ...lines,
    '',
    paint(`${counted(problems.length, 'problem')}, ${read}. Nothing was changed.`, 'warn', style),
  ])
}

function problemLine({ file, line, kind, message }: ProblemDocument, style: Style): string {
  const place = line > 0 ? `${oneLine(file)}:${line}` : oneLine(file)
  return `${paint(`${place}:`, 'strong', style)} ${paint(`${oneLine(kind)}:`, 'warn', style)} ${oneLine(message)}`
}

/** A word when piped, so that grep finds it. */
function mark(ok: boolean, style: Style): string {
  if (!style.terminal) return ok ? 'ok' : 'failed'
  const { done, warning } = symbolsOf(style)
  return ok ? paint(done, 'good', style) : paint(warning, 'bad', style)
}
