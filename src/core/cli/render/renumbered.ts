import { toRun } from '../../errors/next-step.js'
import type { RenumberResult } from '../../services/renumber/renumber-package.js'
import { counted } from '../../errors/counted.js'

/** `WP04: …/WP05-bill-it.md is WP05 now, with 3 events`, then what follows it and what does not say whether it does. */
export function renderRenumbered(result: RenumberResult): string {
  const { feature, work_package: from, renumbered: to, file, events, followed, unclear } = result
  const along = events === 0 ? '' : `, with ${counted(events, 'event')}`
  return [
    `${from}: ${file} is ${to} now${along}`,
    ...followed.map((id) => `${id} waits for ${to} now`),
    ...unclear.map(
      (id) =>
        `${id} still waits for ${from}; if it means ${to}${toRun(['kitty', 'edit', `${feature}/${id}`, '--after', to, '--drop', from])}`,
    ),
  ].join('\n')
}
