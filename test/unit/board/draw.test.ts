import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BoardState, opened } from '../../../src/core/cli/board/board-state.js'
import { draw } from '../../../src/core/cli/board/draw.js'
import { displayWidth } from '../../../src/core/cli/render/text.js'
import { paletteSequences, type Style } from '../../../src/core/cli/style.js'
import { stripControl } from '../../../src/core/cli/render/strip-control.js'
import type { WorkPackageDetailDocument } from '../../../src/core/projections/board-document.js'
import { CONFLICT, NOW } from '../render/documents.js'
import { FEATURE, inLane, PACKAGES, pressed, stateOf, typed } from './boards.js'

const SIZES = [
  [80, 24],
  [120, 40],
  [250, 60],
  [20, 3],
] as const

function screen(
  state: BoardState,
  [width, rows]: readonly [number, number],
  colour = false,
): readonly string[] {
  const style: Style = { colour, unicode: true, width, terminal: true }
  return draw(state, { rows, style, now: NOW }).lines
}

const text = (state: BoardState, size: readonly [number, number]): string => screen(state, size).join('\n')

const DETAIL: WorkPackageDetailDocument = {
  ...inLane('doing', 'WP03', { actor: 'grace' }),
  history: [],
  gates_list: [],
  usage: { tokens: 0, cost_usd_micros: 0, seconds: 0 },
  notes: [],
  conflicts: [],
}
const openConflict = { ...CONFLICT, feature: FEATURE, entity_id: 'WP03', open: true }

function openWp03(body: string): BoardState {
  const { state } = pressed(stateOf(), 'l', 'return')
  const subtasks = [
    { id: 'T001', done: true },
    { id: 'T002', done: false },
  ]
  return opened(state, `${FEATURE}/WP03`, { detail: DETAIL, subtasks, text: body })
}

describe('the screen', () => {
  it('has exactly the rows of the terminal, and no line wider than it, in every view', () => {
    const wide = stateOf(
      Array.from({ length: 60 }, (_, at) =>
        inLane(['planned', 'doing', 'done'][at % 3] ?? 'planned', `WP${at}`, {
          title: '東京の天気予報 🎉 e\u0301clair and a long tail of words',
          actor: 'グレース',
          blocked_by: ['WP01', 'WP02'],
        }),
      ),
      [openConflict],
    )
    const states = [
      wide,
      pressed(wide, 'x').state,
      pressed(wide, '?').state,
      pressed(wide, 'm').state,
      typed(pressed(wide, 'n').state, '長い'.repeat(200)),
      openWp03('# 見出し\n'.repeat(300)),
      stateOf([]),
    ]
    for (const state of states)
      for (const size of SIZES) {
        const lines = screen(state, size)
        expect(lines).toHaveLength(size[1])
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(size[0])
      }
  })

  it('names its keys in 80 columns, whole, and the one for conflicts while there are some', () => {
    const conflicting = stateOf(PACKAGES, [openConflict])
    const states = [
      stateOf(),
      conflicting,
      pressed(conflicting, 'x').state,
      pressed(stateOf(), '?').state,
      pressed(stateOf(), 'm').state,
      openWp03('# Text\n'),
    ]
    const keys = states.map((state) => screen(state, [80, 24]).at(-1) ?? '')
    for (const line of keys) expect(line).not.toContain('…')
    expect(keys[0]).not.toContain('x conflicts')
    expect(keys[1]).toContain('x conflicts')
  })

  it('marks the chosen package without color, too', () => {
    expect(text(pressed(stateOf(), 'j').state, [120, 40])).toContain('› WP02 Weigh the parcel')
  })

  it('shows the cursor in a lane longer than the screen, and how many packages are above and below', () => {
    const many = stateOf(Array.from({ length: 100 }, (_, at) => inLane('planned', `WP${at + 1}`)))
    const middle = text(pressed(many, ...Array.from({ length: 50 }, () => 'j')).state, [80, 24])
    expect(middle).toContain('› WP51')
    expect(middle).toMatch(/\d+ more above/)
    expect(middle).toMatch(/\d+ more below/)
  })

  it('always shows the lane of the cursor, and counts those that have no room', () => {
    const full = stateOf(
      ['planned', 'doing', 'for_review', 'done', 'rejected'].map((lane, at) => inLane(lane, `WP0${at}`)),
    )
    for (const steps of [0, 1, 2, 3, 4]) {
      const { state } = pressed(full, ...Array.from({ length: steps }, () => 'l'))
      const shown = text(state, [80, 24])
      expect(shown).toContain(`› WP0${steps}`)
      expect(shown).toMatch(/planned 1.*doing 1.*for review 1.*done 1.*rejected 1.*canceled 0/)
    }
  })

  it('shows both sides of a conflict next to each other', () => {
    const shown = text(pressed(stateOf(PACKAGES, [openConflict]), 'x').state, [80, 24])
    const [first, second] = openConflict.events.map(({ actor }) => actor)
    expect(shown).toMatch(new RegExp(`${first ?? ''} .*${second ?? ''}`))
    expect(shown).toContain('wins now')
  })

  it('shows an open package with its subtasks, facts and text, and keeps scrolling within it', () => {
    const state = openWp03('# How\n\n- first\n  - second, indented')
    const shown = text(state, [80, 40])
    expect(shown).toContain('[✓] T001')
    expect(shown).toContain('doing  by grace')
    expect(shown).toContain('   - second, indented')
    const style: Style = { colour: false, unicode: true, width: 80, terminal: true }
    expect(draw(pressed(state, 'G').state, { rows: 100, style, now: NOW }).top).toBe(0)
  })

  it('wraps an open package once, however long its lines are and however often it scrolls', () => {
    const long = '日本 '.repeat(40_000)
    const note = { event_id: 'N1', actor: 'ada', timestamp: '2026-11-22T10:00:00.000Z', text: long }
    const one = { ...DETAIL, notes: [note] }
    const page = { detail: one, subtasks: [], text: `${long}\nand the end` }
    let reads = 0
    const counting = {
      ...page,
      get text() {
        reads += 1
        return page.text
      },
    }
    let state = opened(pressed(stateOf(), 'l', 'return').state, `${FEATURE}/WP03`, counting)
    for (let times = 0; times < 50; times += 1) {
      expect(screen(state, [80, 24])).toHaveLength(24)
      state = pressed(state, 'j').state
    }
    expect(reads).toBe(1)
    const end = screen(pressed(state, 'G').state, [80, 24]).join('\n')
    expect(end).toContain('and 1 more line')
    expect(end).toContain('…')
  })

  it('shows a conflict whose sides are very long', () => {
    const events = openConflict.events.map((event) => ({ ...event, value: '漢字'.repeat(60_000) }))
    const state = stateOf(PACKAGES, [{ ...openConflict, events }])
    expect(screen(pressed(state, 'x').state, [80, 24])).toHaveLength(24)
  })

  it('lets nothing through to the terminal that a title, a name or a text says', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\u001b[2J',
        '\u001b]0;title\u0007',
        '\u009b31m',
        'a\nb\r\tc',
        '\u202ereversed',
        '\u001b[7m',
      ),
    )
    fc.assert(
      fc.property(hostile, hostile, (title, actor) => {
        const package3 = inLane('doing', 'WP03', { title, actor, feature: FEATURE, tags: [title] })
        const conflict = {
          ...openConflict,
          events: openConflict.events.map((event) => ({ ...event, actor, value: title })),
        }
        const board = stateOf([package3], [conflict])
        const page = {
          detail: { ...DETAIL, title, actor },
          subtasks: [{ id: title, done: false }],
          text: title,
        }
        const states = [
          board,
          pressed(board, 'x').state,
          opened(pressed(board, 'return').state, `${FEATURE}/WP03`, page),
        ]
        for (const state of states) {
          const lines = screen(state, [80, 24], true)
          expect(lines).toHaveLength(24)
          for (const line of lines) {
            const plain = line.replace(paletteSequences(), '')
            expect(stripControl(plain)).toBe(plain)
            expect(plain).not.toMatch(/[\n\t]/)
          }
        }
      }),
      { numRuns: 50 },
    )
  })
})
