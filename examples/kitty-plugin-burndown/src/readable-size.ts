import type { MoveCheck } from 'kittify/plugin/define'
import { sizeOf } from './size.js'

/** A work package whose size no one can read would count as one point without anyone noticing. */
export const readableSize: MoveCheck = {
  name: 'burndown.readable-size',
  phase: 'validator',
  check({ state }) {
    const unreadable = state.tags.map(({ tag }) => tag).filter((tag) => sizeOf(tag) === null)
    if (unreadable.length === 0) return undefined
    return {
      message: `${state.work_package_id} has a size that is no number from 1 to 999: ${unreadable.join(', ')}; replace the tag.`,
      blockers: unreadable,
    }
  },
}
