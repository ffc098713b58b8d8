/** Names and tones of lanes. Lanes that a workflow adds are shown too; unknown names have no tone. */
import type { Tone } from '../style.js'

interface LaneLook {
  readonly tone: Tone
  /** `working`: someone is on it. `waiting`: it waits for someone. */
  readonly activity?: 'working' | 'waiting'
}

const LOOKS: ReadonlyMap<string, LaneLook> = new Map<string, LaneLook>([
  ['planned', { tone: 'strong' }],
  ['claimed', { tone: 'active', activity: 'working' }],
  ['doing', { tone: 'active', activity: 'working' }],
  ['in_progress', { tone: 'active', activity: 'working' }],
  ['for_review', { tone: 'review', activity: 'waiting' }],
  ['in_review', { tone: 'review', activity: 'working' }],
  ['approved', { tone: 'good' }],
  ['done', { tone: 'good' }],
  ['rejected', { tone: 'bad' }],
  ['blocked', { tone: 'bad' }],
  ['canceled', { tone: 'faint' }],
])

export function laneTone(lane: string): Tone {
  return LOOKS.get(lane)?.tone ?? 'strong'
}

export function laneActivity(lane: string): 'working' | 'waiting' | undefined {
  return LOOKS.get(lane)?.activity
}

/** True for lanes that someone has to look at: in work, in review, rejected, blocked. */
export function laneMatters(lane: string): boolean {
  return laneActivity(lane) !== undefined || LOOKS.get(lane)?.tone === 'bad'
}

/** `for_review` → "for review". */
export function laneTitle(lane: string): string {
  return lane.replaceAll('_', ' ')
}
