import type { About } from '../state/documents.js'

/** Lanes between the first and the last take these in turn. */
const MIDDLE = ['blue', 'amber', 'violet', 'teal', 'pink'] as const

/** The custom property that holds a lane's color: by what the lane means, not by what it is called. */
export function laneColor(about: About, lane: string): string {
  const { lanes, initial, done, dropped } = about
  if (lane === initial) return 'var(--slate)'
  if (done.includes(lane)) return 'var(--green)'
  if (dropped.includes(lane)) return 'var(--slate)'
  if (/reject|block/.test(lane)) return 'var(--red)'
  const between = lanes.filter((one) => one !== initial && !done.includes(one) && !dropped.includes(one))
  return `var(--${MIDDLE[between.indexOf(lane) % MIDDLE.length] ?? 'slate'})`
}
