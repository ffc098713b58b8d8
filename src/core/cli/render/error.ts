/** A failure for people, on stderr: what happened, to what, and what to run next. */
import type { FailureDocument } from '../failure.js'
import { paint, symbolsOf, type Style } from '../style.js'
import { oneLine, stripControl } from './strip-control.js'
import { typedStep } from '../../errors/next-step.js'
import { plainLines } from './plain-lines.js'

/** The message, then the next steps, one per line. */
export function renderFailure(failure: FailureDocument, style: Style): string {
  const { arrow } = symbolsOf(style)
  const message = stripControl(failure.message).trimEnd()
  return [
    `${paint('Error:', 'bad', style)} ${message}`,
    plainLines(
      failure.next_steps.map((step) => `  ${paint(arrow, 'faint', style)} ${oneLine(typedStep(step))}`),
    ),
  ]
    .filter((part) => part !== '')
    .join('\n')
}
