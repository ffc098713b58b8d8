/** A failure for people, on stderr: what happened, to what, and what to run next. */
import type { FailureDocument } from '../failure.js'
import { paint, symbolsOf, type Style } from '../style.js'
import { oneLine, stripControl } from './strip-control.js'
import { typedStep } from '../../errors/next-step.js'

/** The message, then the next steps, one per line. */
export function renderFailure(failure: FailureDocument, style: Style): string {
  const { arrow } = symbolsOf(style)
  const message = stripControl(failure.message).trimEnd()
  return [
    `${paint('Error:', 'bad', style)} ${message}`,
    ...failure.next_steps.map((step) => `  ${paint(arrow, 'faint', style)} ${oneLine(typedStep(step))}`),
  ].join('\n')
}
