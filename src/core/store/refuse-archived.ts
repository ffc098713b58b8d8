import { KittyError } from '../errors/kitty-error.js'
import type { FeatureRow } from '../index/event-index.js'
import type { Draft, ForeignDraft } from './event-store.js'
import { shownCommand } from '../errors/next-step.js'

const ARCHIVING: ReadonlySet<string> = new Set(['FeatureArchived', 'FeatureRestored'])

/** @throws KittyError StateTransitionError for any event of an archived feature except its restoration */
export function refuseArchived(
  drafts: readonly (Draft | ForeignDraft)[],
  features: readonly FeatureRow[],
): void {
  const archived = new Map(
    features.flatMap((row) => (row.archived === null ? [] : [[row.feature_slug, row.archived] as const])),
  )
  for (const { event_type, payload } of drafts) {
    const found = ARCHIVING.has(event_type) ? undefined : archived.get(payload.feature_slug)
    if (found === undefined) continue
    const why = found.reason === null ? '' : `: ${found.reason}`
    throw new KittyError(
      'StateTransitionError',
      `${payload.feature_slug} was archived by ${found.actor} at ${found.at}${why}; nothing was written.`,
      {
        nextSteps: shownCommand(['kitty', 'archive', payload.feature_slug, '--restore']),
        context: { feature_slug: payload.feature_slug, archived_by: found.actor, archived_at: found.at },
      },
    )
  }
}
