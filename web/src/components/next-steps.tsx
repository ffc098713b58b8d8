import { h } from 'preact'

/** What to do next, as the command line says it: commands as code. */
export function NextSteps({ steps }: { steps: readonly string[] }): h.JSX.Element | null {
  if (steps.length === 0) return null
  return (
    <ul class="steps">
      {steps.map((step) => (
        <li key={step}>{/^(kitty|git) /.test(step) ? <code>{step}</code> : step}</li>
      ))}
    </ul>
  )
}
