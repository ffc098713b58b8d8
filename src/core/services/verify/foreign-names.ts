import { quoted } from '../../errors/secrets.js'
import type { LogEvent } from '../../events-lib.js'
import { featureName } from '../../specs/feature-name.js'

/**
 * What is wrong with the names in an event, which other commands show as text and never make a path or a command of.
 * docs/trust.md, "Names".
 */
export function foreignName({ payload, entity_id, entity_type }: LogEvent): string | undefined {
  if (featureName(payload.feature_slug) === undefined)
    return `${quoted(payload.feature_slug, 60)} is no feature's name: shown as text, and never made a path`
  if (entity_type === 'WorkPackage' && !/^WP\d{2,9}$/.test(entity_id))
    return `${quoted(entity_id, 60)} is no package's ID: shown as text, and never made a path`
  return undefined
}
