import type { Difference } from '../../specs/definition.js'
import type { DefinitionChange } from './plan-definitions.js'

/** Formats a change as `title "Old" → "New", dependencies +WP07 -WP02`. */
export function changeText({
  differences,
  resolves,
}: {
  readonly differences: readonly Difference[]
  readonly resolves: DefinitionChange['resolves']
}): string {
  const values = differences.flatMap(({ register, element, file, log }) =>
    element === null ? [`${register} ${JSON.stringify(log)} → ${JSON.stringify(file)}`] : [],
  )
  const sets = (['dependencies', 'subtasks'] as const).flatMap((register) => {
    const own = differences.filter((one) => one.register === register)
    return own.length === 0
      ? []
      : [
          `${register} ${own.map(({ element, file }) => `${file === true ? '+' : '-'}${element ?? ''}`).join(' ')}`,
        ]
  })
  const settled = resolves
    .filter((register) => !differences.some((one) => one.register === register))
    .map((register) => `${register}, which was in conflict`)
  return [...values, ...sets, ...settled].join(', ')
}
