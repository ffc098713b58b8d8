import { describe, expect, it } from 'vitest'
import type { ConflictDetailDocument } from '../../../src/core/projections/board-document.js'
import { writeToKeep } from '../../../src/core/services/conflicts/kept-write.js'
import { errorOf, stepsOf } from '../../support/kitty-error.js'
import { ulid } from '../../support/events.js'

const [FIRST, SECOND] = [ulid(1), ulid(2)]

function write(event_id: string, actor: string, value: string) {
  return { event_id, actor, value, timestamp: '2026-11-22T10:00:00.000Z', lamport_clock: 7, parents: [] }
}

const CONFLICT: ConflictDetailDocument = {
  feature: '001-login',
  entity_id: 'WP01',
  register: 'title',
  events: [write(FIRST, "O'Brien", 'A "big" one'), write(SECOND, 'ada', 'Another')],
  winner: SECOND,
  rule: 'last_writer_wins',
  open: true,
  settled_by: null,
}
const asked = (keep: string, register?: string) => ({ feature: '001-login', entity: 'WP01', keep, register })

describe('a value to keep that no one wrote', () => {
  it('is answered with a command for each that was written, and the value in one pair of quotes', () => {
    const error = errorOf(() => writeToKeep([CONFLICT], asked('zoe')))
    expect(stepsOf(error)).toEqual([
      `kitty resolve WP01 --keep ${FIRST} --feature 001-login   # title "A \\"big\\" one" by O'Brien`,
      `kitty resolve WP01 --keep ${SECOND} --feature 001-login   # title "Another" by ada`,
    ])
    expect(error.nextSteps[0]?.argv).toEqual([
      'kitty',
      'resolve',
      'WP01',
      '--keep',
      FIRST,
      '--feature',
      '001-login',
    ])
  })

  it('is looked for in the register that was named, and only that has no conflict', () => {
    const { message } = errorOf(() => writeToKeep([CONFLICT], asked('ada', 'status')))
    expect(message).toBe('WP01 of 001-login has no open conflict over "status".')
  })
})
