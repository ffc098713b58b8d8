import { DEFAULT_PRIORITY, isKittyEvent, type LogEvent, type WorkPackageState } from '../../events-lib.js'
import type { Definition, DefinitionPlace, PlaceValue } from '../../specs/definition.js'

/** A package's definition according to the log. */
export function loggedDefinition({ work_package_id, title, priority, memory }: WorkPackageState): Definition {
  return {
    title: title ?? work_package_id,
    priority,
    dependencies: memory.dependencies.live.map(({ id }) => id),
    subtasks: memory.subtasks.live.map(({ id }) => id),
  }
}

/** The values that the log had in one place, oldest first. An element is absent before its first event. */
export function loggedValues(history: readonly LogEvent[], place: DefinitionPlace): PlaceValue[] {
  const values: PlaceValue[] = place.element === null ? [] : [false]
  for (const event of history) {
    const value = written(event, place)
    if (value !== undefined && value !== values.at(-1)) values.push(value)
  }
  return values
}

/** The event that gave a place the value that the log has there. */
export function writerOf(
  history: readonly LogEvent[],
  place: DefinitionPlace & { readonly log: PlaceValue },
): LogEvent | undefined {
  return history.findLast((event) => written(event, place) === place.log)
}

function written(event: LogEvent, place: DefinitionPlace): PlaceValue | undefined {
  if (!isKittyEvent(event)) return undefined
  if (event.event_type === 'WPCreated') {
    const { payload } = event
    if (place.element !== null) return payload[place.register].includes(place.element)
    return place.register === 'title' ? payload.title : (payload.priority ?? DEFAULT_PRIORITY)
  }
  if (event.event_type !== 'WPChanged') return undefined
  if (place.element === null) return event.payload[place.register]?.new
  const change = event.payload[place.register]
  if (change?.added.includes(place.element) === true) return true
  return change?.removed.some(({ id }) => id === place.element) === true ? false : undefined
}
