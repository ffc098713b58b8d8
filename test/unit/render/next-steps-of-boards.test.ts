import { describe, expect, it } from 'vitest'
import { commitNotes } from '../../../src/core/cli/render/written.js'
import { renderNext } from '../../../src/core/cli/render/next.js'
import { renderBoard } from '../../../src/core/cli/render/board.js'
import { ink, span, wholeSpan } from '../../../src/core/cli/render/line.js'
import { renderWholeWork } from '../../../src/core/cli/render/whole-work-page.js'
import { feature, NOW, onTerminal, PAGE, PIPED, workPackage } from './documents.js'

describe('a board that a newcomer sees', () => {
  it('names the command that makes the first package', () => {
    expect(renderNext({ next: [], total: 0, why: [] }, ['001-login'])).toContain('kitty new "What it does"')
  })

  it('names the command that makes the first feature, without which no package can be made', () => {
    expect(renderNext({ next: [], total: 0, why: [] }, [])).toBe(
      'There is no open feature. Make one: kitty agent feature setup-spec my-feature',
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

describe('what is left to do', () => {
  const offered = (title: string) => ({
    ...workPackage('WP01', { title, feature: '001-login' }),
    offer: 'ready' as const,
    unblocks: [],
  })

  it('names the command that lists the rest of what was asked for', () => {
    const all = ['kitty', 'next', '--lane', 'planned', '--limit', '7']
    const text = renderNext({ next: [offered('A')], total: 7, why: [] }, ['001-login'], { all })
    expect(text).toContain('6 more: kitty next --lane planned --limit 7')
  })

  it('says where the others are when only one’s own was asked for, and none is', () => {
    const said = renderNext({ next: [], total: 0, why: [] }, ['001-login'], { mine: true })
    expect(said).toBe('Nothing there is yours. To see all: kitty next')
  })

  it('names the command for the rest of the history of the same package', () => {
    const whole = {
      ...PAGE,
      feature: '001-login',
      work_package: 'WP02',
      body: null,
      subtasks_list: [],
      acceptance_criteria: [],
      dependents: [],
      branch: null,
      worktree: null,
      edited_here: null,
      history_total: 99,
      next: [],
    }
    const text = renderWholeWork(whole, NOW, PIPED)
    expect(text).toContain(`History (last ${PAGE.history.length} of 99: kitty log 001/WP02)`)
  })

  it('cuts a long title between characters, and to as many columns whatever it is written in', () => {
    for (const title of [`${'a'.repeat(38)}🎉🎉🎉`, '日本語'.repeat(20)]) {
      const text = renderNext({ next: [offered(title)], total: 1, why: [] }, ['001-login'])
      expect(text).not.toMatch(/[\ud800-\udfff]/u)
      expect(text).not.toContain('\ufffd')
      expect(text).toMatch(/…\s+ready/)
    }
    expect(renderNext({ next: [offered('日本語'.repeat(20))], total: 1, why: [] }, [])).toContain(
      `${'日本語'.repeat(6)}日…`,
    )
  })
})

describe('a command to paste', () => {
  const slug = '002-a-feature-whose-name-takes-most-of-the-width-of-a-terminal'

  it('is whole on a terminal that is too narrow for it, where other text is cut', () => {
    const lines = [[span('a text that is too long for it')], [wholeSpan('then: kitty list --all')]]
    expect(ink(lines, onTerminal(20))).toBe('a text that is too…\nthen: kitty list --all')
  })

  it('is whole for a feature without packages', () => {
    const board = { features: [feature(slug, 'Long', [])], not_compared: 0 }
    expect(renderBoard(board, onTerminal(80))).toContain(`kitty new 'What it does' --feature ${slug}`)
  })
})
