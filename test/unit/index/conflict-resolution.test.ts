import { describe, expect, it } from 'vitest'
import type { Conflict } from '../../../src/core/events-lib.js'
import { explanations } from '../../../src/core/index/conflict-resolution.js'

/** An open conflict over the lane of WP01; the last write wins. */
function conflict(writes: readonly (readonly [value: unknown, actor: string])[], rule = 'last_writer_wins') {
  const events = writes.map(([value, actor], at) => ({ event_id: `E${at}`, value, actor }))
  // Cast: only what an explanation reads.
  return {
    feature: '001-demo',
    entity_id: 'WP01',
    register: 'status',
    events,
    winner: events.at(-1)?.event_id,
    rule,
    open: true,
  } as unknown as Conflict
}

const SHOW = 'To choose yourself: kitty agent conflicts show WP01 --feature 001-demo'
const open = (one: Conflict) => ({ conflict: one, settledBy: undefined })
const explain = (one: Conflict): string => explanations([open(one)])[0] ?? ''

describe('the explanation of a conflict', () => {
  it('names both values, their authors, the winner, the rule and the command that shows more', () => {
    expect(
      explain(
        conflict([
          ['doing', 'ada'],
          ['for_review', 'bob'],
        ]),
      ),
    ).toBe(
      `WP01 (001-demo): two concurrent status changes, doing (ada) and for_review (bob). for_review wins (last writer). ${SHOW}`,
    )
  })

  it('names the winner with its author where two wrote the same value', () => {
    expect(
      explain(
        conflict(
          [
            ['doing', 'ada'],
            ['doing', 'bob'],
          ],
          'priority',
        ),
      ),
    ).toContain(' doing (bob) wins (priority). ')
  })

  it('counts many writes, and names the last four of them', () => {
    const writes = ['a', 'b', 'c', 'd', 'e'].map((actor) => [`lane_${actor}`, actor] as const)
    expect(explain(conflict(writes))).toContain(
      '5 concurrent status changes, lane_b (b), lane_c (c), lane_d (d), lane_e (e) and 1 more. lane_e wins',
    )
  })

  it('stays on one line, whatever an author is called', () => {
    expect(
      explain(
        conflict([
          ['doing', 'ada\n\u001b[2J'],
          ['done', 'bob'],
        ]),
      ),
    ).toContain('doing (ada [2J) and done (bob)')
  })

  it('sums up what is over twenty in one line with the command that lists them', () => {
    const one = open(
      conflict([
        ['doing', 'ada'],
        ['done', 'bob'],
      ]),
    )
    const said = (count: number): string[] => explanations(Array.from({ length: count }, () => one))
    expect(said(20)).toHaveLength(20)
    expect(said(21).at(-1)).toBe('And 1 more conflict: kitty agent conflicts list')
    expect(said(23).at(-1)).toBe('And 3 more conflicts: kitty agent conflicts list')
  })
})
