import type { NewEvent } from '../../events-lib.js'

/** Creates the event that adds a feature to the log, from what its folder states. */
export function specCreated(
  { slug, title, mission }: { slug: string; title: string; mission: string | null },
  actor: string,
): NewEvent<'SpecCreated'> {
  return {
    event_type: 'SpecCreated',
    entity_id: slug,
    entity_type: 'FeatureSpec',
    payload: { feature_slug: slug, title, mission: mission ?? DEFAULT_MISSION, created_by: actor },
  }
}

export const DEFAULT_MISSION = 'software-dev'
