import { h } from 'preact'
import type { NextStep } from '../state/next-step.js'

/** What to do next, as the command line says it: commands as code. */
export function NextSteps({ steps }: { steps: readonly NextStep[] }): h.JSX.Element | null {
  if (steps.length === 0) return null
  return (
    <ul class="steps">
      {steps.map(({ text, argv }) => (
        <li key={text}>{argv === null ? text : <code>{text}</code>}</li>
      ))}
    </ul>
  )
}
