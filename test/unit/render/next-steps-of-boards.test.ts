import { describe, expect, it } from 'vitest'
import { commitNotes } from '../../../src/core/cli/render/written.js'
import { renderNext } from '../../../src/core/cli/render/next.js'

describe('a board that a newcomer sees', () => {
  it('names the command that makes the first package', () => {
    expect(renderNext({ next: [], total: 0, why: [] }, ['001-login'])).toContain('kitty new "What it does"')
  })

  it('names the command that makes the first feature, without which no package can be made', () => {
    expect(renderNext({ next: [], total: 0, why: [] }, [])).toBe(
      'There is no feature yet. Make one: kitty agent feature setup-spec my-feature',
    )
  })

  it('names the command that commits, except during a merge, which takes the events along', () => {
    expect(commitNotes({ uncommitted_events: 1, merge_waiting: false })).toEqual([
      '1 event is not committed yet: kitty commit',
    ])
    expect(commitNotes({ uncommitted_events: 2, merge_waiting: true }).at(-1)).toBe(
      '2 events are not committed yet.',
    )
    expect(commitNotes({ uncommitted_events: null, merge_waiting: false })).toEqual([])
  })
})
