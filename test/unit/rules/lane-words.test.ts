import { describe, expect, it } from 'vitest'
import { DEFAULT_WORKFLOW, REVIEWED_WORKFLOW } from '../../../src/core/events-lib.js'
import { laneOfWord, type LaneWord, reviewLane } from '../../../src/core/rules/lane-words.js'

const WORDS: readonly LaneWord[] = ['review', 'done', 'reject', 'cancel', 'reopen']

describe('the word for a lane', () => {
  it('means the lane that the workflow has for it', () => {
    const lanes = (table: typeof DEFAULT_WORKFLOW) => WORDS.map((word) => laneOfWord(word, table))
    expect(lanes(DEFAULT_WORKFLOW)).toEqual(['for_review', 'done', 'rejected', 'canceled', 'planned'])
    expect(lanes(REVIEWED_WORKFLOW)).toEqual(['for_review', 'done', 'in_progress', 'canceled', 'planned'])
  })

  it('means none where the workflow has none', () => {
    const table = { ...DEFAULT_WORKFLOW, lanes: ['planned', 'doing', 'done'], dropped: [] }
    expect(WORDS.map((word) => laneOfWord(word, table))).toEqual([
      undefined,
      'done',
      undefined,
      undefined,
      'planned',
    ])
    expect(reviewLane(table)).toBeUndefined()
  })
})
