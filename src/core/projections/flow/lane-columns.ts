import { shownJson } from '../../errors/visible-json.js'
import type { LaneTimeline } from './lane-timeline.js'

/** Bytes per lane change. */
export const CHANGE_BYTES = 12

const LANE_BITS = 8
const MOST_LANES = 1 << LANE_BITS
/** Holds what more lanes than that have no number for. */
const REST = 'other_lanes'
const UINT32 = 0xffff_ffff

/** What the numbers in the columns mean. */
interface ColumnsHead {
  /** Lanes by number: the workflow's, then others that a package has been in. */
  readonly lanes: readonly string[]
  /** `[feature, work package]` by number. */
  readonly packages: readonly (readonly [string, string])[]
  readonly count: number
}

/**
 * Encodes every lane change of a log as columns, ordered by clock: a four-byte length, that many bytes of JSON (padded
 * with spaces to a multiple of four), then three columns of little-endian 32-bit numbers: the clock as the difference
 * from the previous row, the time in seconds since 1970, and `package << 8 | lane`.
 * @param lanes of the workflow. Lanes that only the log has follow them: a workflow may have lost one.
 */
export function laneColumns(timelines: readonly LaneTimeline[], lanes: readonly string[]): Uint8Array {
  const names = namesOf(timelines, lanes)
  const numbers = new Map(names.map((lane, number) => [lane, number]))
  const rows = timelines
    .flatMap(({ changes }, at) =>
      changes
        .filter(({ lane }, index) => changes[index - 1]?.lane !== lane)
        .map(({ clock, time, lane }) => ({
          clock,
          time,
          place: ((at << LANE_BITS) | (numbers.get(lane) ?? names.length - 1)) >>> 0,
        })),
    )
    .sort((a, b) => a.clock - b.clock)
  const head: ColumnsHead = {
    lanes: names,
    packages: timelines.map(({ feature, work_package }) => [feature, work_package]),
    count: rows.length,
  }
  const text = Buffer.from(shownJson(head))
  const start = 4 + Math.ceil(text.length / 4) * 4
  const bytes = Buffer.alloc(start + rows.length * CHANGE_BYTES, ' ')
  bytes.writeUInt32LE(start - 4, 0)
  text.copy(bytes, 4)
  let before = 0
  rows.forEach(({ clock, time, place }, row) => {
    const at = start + row * 4
    bytes.writeUInt32LE(Math.min(clock - before, UINT32), at)
    bytes.writeUInt32LE(Math.min(Math.max(Math.floor(time / 1000), 0), UINT32), at + rows.length * 4)
    bytes.writeUInt32LE(place, at + rows.length * 8)
    before = clock
  })
  return bytes
}

function namesOf(timelines: readonly LaneTimeline[], lanes: readonly string[]): string[] {
  const visited = timelines.flatMap(({ changes }) => changes.map(({ lane }) => lane))
  const names = [...new Set([...lanes, ...visited])]
  return names.length <= MOST_LANES ? names : [...names.slice(0, MOST_LANES - 1), REST]
}
