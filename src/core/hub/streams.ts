import { isKittyEvent, type LogEvent } from '../events-lib.js'
import { numberOfFeature } from '../specs/feature-name.js'

/** Events that no rule reads and that write no register: any number of writers may append them. */
const PLAIN: ReadonlySet<string> = new Set([
  'NoteAdded',
  'NoteRetracted',
  'TagsChanged',
  'UsageRecorded',
  'LinkAdded',
  'HeadsJoined',
])

/** Whether the event must be decided on the newest state of its stream. A plugin's event must not. */
export function isConditional({ event_type }: LogEvent): boolean {
  return !PLAIN.has(event_type) && !event_type.startsWith('x.')
}

/** A numbered feature competes by its number, so that `003-a` and `003-b` cannot both be made. */
export function featureStream(slug: string): string {
  const number = numberOfFeature(slug)
  return number === undefined ? slug : String(number).padStart(3, '0')
}

/** The stream of an event: of its package, or of its feature. @param owner the package of a gate, if known */
export function streamOf(event: LogEvent, owner: string | undefined): string {
  const feature = featureStream(event.payload.feature_slug)
  if (event.entity_type === 'FeatureSpec') return feature
  if (event.entity_type !== 'Gate') return `${feature}/${event.entity_id}`
  const created =
    isKittyEvent(event) && event.event_type === 'GateCreated' ? event.payload.work_package_id : owner
  return created === undefined ? feature : `${feature}/${created}`
}
