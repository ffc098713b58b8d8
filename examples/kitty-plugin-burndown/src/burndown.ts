import { defineProjection, isKittyEvent, type LogEvent } from 'kittify/plugin/define'
import { goalSet } from './goal-set.js'
import { sizeOf } from './size.js'

interface Package {
  readonly size: number
  readonly done: boolean
}

/** Points of one day's end. */
export interface Day {
  readonly day: string
  readonly open: number
  readonly total: number
}

export interface Burndown {
  /** By feature and id. */
  readonly packages: Readonly<Record<string, Package>>
  /** Days on which something changed, in order. */
  readonly days: readonly Day[]
  readonly goal: string | null
}

/** How many points were left at the end of each day. */
export const burndown = defineProjection<Burndown>({
  name: 'burndown',
  initial: () => ({ packages: {}, days: [], goal: null }),
  apply(state, event) {
    if (goalSet.is(event)) return { ...state, goal: event.payload.day }
    const changed = changeOf(state, event)
    if (changed === undefined) return state
    const packages = { ...state.packages, [keyOf(event)]: changed }
    return { ...state, packages, days: withDay(state.days, event.timestamp.slice(0, 10), packages) }
  },
})

function changeOf({ packages }: Burndown, event: LogEvent): Package | undefined {
  if (!isKittyEvent(event)) return undefined
  const before = packages[keyOf(event)]
  switch (event.event_type) {
    case 'WPCreated':
      return before ?? { size: 1, done: false }
    case 'WPStatusChanged':
      return { size: before?.size ?? 1, done: event.payload.new_status === 'done' }
    case 'TagsChanged': {
      const size = event.payload.added.map(sizeOf).find((points) => typeof points === 'number')
      return size === undefined || before === undefined ? undefined : { ...before, size }
    }
    default:
      return undefined
  }
}

function keyOf(event: LogEvent): string {
  return `${event.payload.feature_slug}/${event.entity_id}`
}

function withDay(days: readonly Day[], day: string, packages: Readonly<Record<string, Package>>): Day[] {
  const all = Object.values(packages)
  const sum = (some: readonly Package[]): number => some.reduce((points, { size }) => points + size, 0)
  const last = days.at(-1)?.day
  // Clocks order the log, not days: one that comes late belongs to the day that is told already.
  const at = last !== undefined && last > day ? last : day
  return [
    ...days.filter((one) => one.day !== at),
    { day: at, open: sum(all.filter(({ done }) => !done)), total: sum(all) },
  ]
}
