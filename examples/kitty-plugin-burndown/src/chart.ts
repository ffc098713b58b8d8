import type { Burndown, Day } from './burndown.js'

const HEIGHT = 10
const LABEL = 5

/** A chart for the terminal: one column a day, what was left as bars. Wider histories show their last days. */
export function chart(
  { days, goal }: Burndown,
  { width, unicode }: { readonly width: number; readonly unicode: boolean },
): string {
  const shown = days.slice(-Math.max(1, Math.floor((width - LABEL - 1) / 3)))
  const most = Math.max(1, ...shown.map(({ total }) => total))
  const [bar, rule, corner] = unicode ? ['█', '─', '└'] : ['#', '-', '+']
  const rows = Array.from({ length: HEIGHT }, (_, at) =>
    row(shown, (most * (HEIGHT - at)) / HEIGHT, most / HEIGHT, bar),
  )
  const labelled = rows.map(
    (text, at) =>
      `${at === 0 ? String(most).padStart(LABEL - 1) : ' '.repeat(LABEL - 1)} ${unicode ? '│' : '|'}${text}`,
  )
  return [
    ...labelled,
    `${' '.repeat(LABEL)}${corner}${rule.repeat(shown.length * 3)}`,
    caption(shown, goal),
  ].join('\n')
}

function row(days: readonly Day[], level: number, step: number, bar: string): string {
  return days.map(({ open }) => (open > level - step ? ` ${bar}${bar}` : '   ')).join('')
}

function caption(days: readonly Day[], goal: string | null): string {
  const last = days.at(-1)
  if (last === undefined) return 'nothing to burn down yet'
  const until = goal === null ? '' : `, meant to be done by ${goal}`
  return `${days[0]?.day ?? ''} to ${last.day}: ${last.open} of ${last.total} points left${until}`
}
