import { h } from 'preact'

const NAMES = ['Most urgent', 'Urgent', 'As usual', 'Can wait', 'Whenever there is time'] as const
const USUAL = 2

/** How urgent a package is, unless it is as urgent as any. */
export function Priority({ value }: { value: number }): h.JSX.Element | null {
  if (value === USUAL) return null
  const name = `${NAMES[value] ?? ''}: priority ${value} of 0 to 4`
  return (
    <span class={`priority p${value}`} role="img" aria-label={name} title={name}>
      P{value}
    </span>
  )
}
