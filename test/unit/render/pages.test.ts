import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderFailure } from '../../../src/core/cli/render/error.js'
import { renderErrors } from '../../../src/core/cli/render/error-records.js'
import { eventText } from '../../../src/core/cli/render/event-text.js'
import { renderChecks } from '../../../src/core/cli/render/checks.js'
import { renderProblems } from '../../../src/core/cli/render/problems.js'
import { renderEvents, renderReady, renderWorkPackages } from '../../../src/core/cli/render/tables.js'
import { displayWidth } from '../../../src/core/cli/render/text.js'
import { relativeTime } from '../../../src/core/cli/render/time.js'
import { renderWorkPackage } from '../../../src/core/cli/render/work-package-page.js'
import { event, hostileText, NOW, onTerminal, PAGE, PIPED, workPackage } from './documents.js'
import { shownCommand } from '../../../src/core/errors/next-step.js'

const ERROR = {
  error_id: 'X',
  error_type: 'GateFailure',
  entity_id: 'WP01',
  attempted_operation: 'agent tasks move-task',
  reason: 'WP01 has gates that have not passed: WP01-CI_CHECK; record their results first.',
  timestamp: '2026-11-22T10:00:00.000Z',
  context: { requested_status: 'for_review', actor: 'ada' },
}

describe('the page of a work package', () => {
  it.each([
    ['at 80 columns', 'work-package-80.txt', onTerminal(80)],
    ['piped', 'work-package-piped.txt', PIPED],
  ])('looks as agreed %s', async (_name, file, style) => {
    await expect(`${renderWorkPackage(PAGE, NOW, style)}\n`).toMatchFileSnapshot(`golden/${file}`)
  })

  it('leaves out what there is nothing of', () => {
    const bare = {
      ...workPackage('WP01'),
      history: [],
      gates_list: [],
      notes: [],
      conflicts: [],
      usage: { tokens: 0, cost_usd_micros: 0, seconds: 0 },
    }
    expect(renderWorkPackage(bare, NOW, onTerminal(80))).toBe(
      'WP01 Title of WP01\n025-cli-event-log\n\nlane        planned',
    )
  })
})

describe('very long texts on one line', () => {
  const long = '日本 '.repeat(40_000)

  it('are wrapped in notes, and cut in the history and in error records', () => {
    const note = { event_id: 'N1', actor: 'ada', timestamp: '2026-11-22T10:00:00.000Z', text: long }
    const history = [event('NoteAdded', { text: long })]
    const page = renderWorkPackage({ ...PAGE, notes: [note], history }, NOW, onTerminal(80))
    expect(page.split('日').length - 1).toBeGreaterThan(40_000)
    expect(page.split('\n').every((line) => displayWidth(line) <= 80)).toBe(true)
    expect(renderErrors([{ ...ERROR, reason: long }], onTerminal(80)).split('\n')).toHaveLength(5)
  })
})

describe('lists', () => {
  const rows = [
    workPackage('WP01', { lane: 'doing', actor: 'claude', subtasks: { done: 3, total: 5 } }),
    workPackage('WP02', { blocked_by: ['WP01'], title: 'A title that goes on '.repeat(8).trim() }),
  ]

  it('have a heading and fit on a terminal', () => {
    expect(renderWorkPackages(rows, onTerminal(60)).split('\n')).toEqual([
      'id    lane     subtasks  who     blocked by  title',
      'WP01  doing    3/5       claude  -           Title of WP01',
      'WP02  planned  -         -       WP01        A title that g…',
    ])
  })

  it('are whole when piped, under a heading, with the feature in front', () => {
    const lines = renderWorkPackages(rows, PIPED).split('\n')
    expect(lines.slice(0, 2)).toEqual([
      'feature            id    lane     subtasks  who     blocked by  title',
      '025-cli-event-log  WP01  doing    3/5       claude  -           Title of WP01',
    ])
    expect(lines[2]).toContain(rows[1]?.title)
  })

  it('name the feature on a terminal where there are several', () => {
    const lines = renderWorkPackages(
      [...rows, workPackage('WP01', { feature: '030-other' })],
      onTerminal(100),
    ).split('\n')
    expect(lines[3]).toMatch(/^030-other {2}/)
  })

  it('of what is ready say whom each would unblock', () => {
    expect(renderReady([{ ...workPackage('WP03'), unblocks: ['WP04', 'WP05'] }], PIPED)).toBe(
      'feature            id    unblocks   title\n025-cli-event-log  WP03  WP04,WP05  Title of WP03',
    )
  })

  it('of events line up although they are printed in parts', () => {
    const style = onTerminal(100)
    const first = renderEvents([event('NoteAdded', { text: 'x' })], style, true).split('\n')
    const second = renderEvents(
      [event('NoteAdded', { text: 'y' }, { lamport_clock: 1_234_567, actor: 'someone with a long name' })],
      style,
      false,
    )
    expect(first).toHaveLength(2)
    expect(second).not.toContain('\n')
    expect(second.indexOf('note: y')).toBe(first[1]?.indexOf('note: x'))
  })

  it('of errors say what was tried and why it failed', () => {
    const record = {
      error_id: 'E',
      error_type: 'GateFailure',
      entity_id: null,
      attempted_operation: 'move to done',
      reason: 'ci is red',
      timestamp: '2026-11-22T10:00:00.000Z',
      context: {},
    }
    expect(renderErrors([record], PIPED).split('\n').at(-1)).toMatch(
      /^2026-11-22 10:00:00 {2}GateFailure +- +move to done +ci is red$/,
    )
  })

  it('show earlier errors with their whole reason on a terminal', () => {
    expect(renderErrors([ERROR], { ...onTerminal(60), colour: false }).split('\n')).toEqual([
      '2026-11-22 10:00:00  WP01 → for review  GateFailure  ada',
      '    WP01 has gates that have not passed: WP01-CI_CHECK;',
      '    record their results first.',
    ])
  })

  it('say so when they are empty', () => {
    for (const text of [renderWorkPackages([], PIPED), renderReady([], PIPED), renderErrors([], PIPED)])
      expect(text).not.toBe('')
  })

  it('never are wider than the terminal or carry a control byte', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 20, max: 200 }), (text, width) => {
        const row = workPackage('WP01', { title: text, actor: text, feature: text, blocked_by: [text] })
        const page = {
          ...PAGE,
          ...row,
          notes: PAGE.notes.map((note) => ({ ...note, text, actor: text })),
          history: [event('WPStatusChanged', { new_status: text, reason: text }, { actor: text })],
        }
        const style = onTerminal(width)
        for (const shown of [
          renderWorkPackages([row, workPackage('WP02')], style),
          renderWorkPackage(page, NOW, style),
          renderEvents([event(text, { text })], style, true),
          renderErrors(
            [
              {
                ...ERROR,
                error_type: text,
                entity_id: text,
                reason: text,
                context: { requested_status: text, actor: text },
              },
            ],
            style,
          ),
        ]) {
          expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
          for (const line of shown.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(width)
        }
      }),
    )
  })
})

describe('an event in words', () => {
  it.each([
    ['SpecCreated', { title: 'T' }, 'feature made: T'],
    ['WPCreated', { title: 'T' }, 'made: T'],
    ['WPStatusChanged', { old_status: 'doing', new_status: 'for_review' }, 'doing → for review'],
    [
      'WPStatusChanged',
      {
        old_status: 'for_review',
        new_status: 'done',
        force: true,
        reason: 'hurry',
        gate_results: [
          { gate_type: 'CI_CHECK', status: 'failed' },
          { gate_type: 'gates_passed', status: 'overruled' },
        ],
      },
      'for review → done by force over gates_passed: hurry',
    ],
    [
      'WPStatusChanged',
      { old_status: 'done', new_status: 'doing', force: true, reason: 'wrong' },
      'done → doing by force: wrong',
    ],
    [
      'WorkspaceCreated',
      { worktree_path: '.worktrees/a', branch_name: 'a' },
      'worktree .worktrees/a on branch a',
    ],
    ['SubtaskCompleted', { subtask_id: 'T001', done: true }, 'T001 done'],
    ['SubtaskCompleted', { subtask_id: 'T001', done: false }, 'T001 reopened'],
    ['GateCreated', { gate_id: 'g', gate_type: 'CI' }, 'gate g added (CI)'],
    ['GateResultChanged', { gate_id: 'g', new_status: 'failed' }, 'gate g failed'],
    ['TagsChanged', { added: ['a'], removed: [{ tag: 'b', seen: [] }] }, 'tags +a -b'],
    ['UsageRecorded', { tokens: 10, cost_usd_micros: 1_500_000, seconds: 3 }, '10 tokens, $1.50, 3 s'],
    ['UsageRecorded', { cost_usd_micros: 42 }, '$0.000042'],
    ['UsageRecorded', {}, 'nothing used'],
    ['NoteAdded', { text: 'two\nlines' }, 'note: two lines'],
    [
      'NoteAdded',
      { feature_slug: '001-a', redacted: 'names a customer' },
      'NoteAdded redacted: names a customer',
    ],
    ['x.plugin.Thing', {}, 'x.plugin.Thing'],
    ['toString', {}, 'toString'],
    ['WPStatusChanged', {}, '? → ?'],
  ])('%s %j: %s', (type, payload, text) => {
    expect(eventText(event(type, payload), onTerminal(80))).toBe(text)
  })
})

describe('what verify and doctor found', () => {
  it('is shown as file:line: kind: message, with the sum below', () => {
    const problems = [
      { file: '.kittify/events/2026-11-22.jsonl', line: 7, kind: 'malformed', message: 'not JSON\u001b[2J' },
      { file: 'clock.json', line: 0, kind: 'clock', message: 'behind the log' },
    ]
    expect(renderProblems({ files: 1, events: 12, problems, notices: [] }, PIPED).split('\n')).toEqual([
      '.kittify/events/2026-11-22.jsonl:7: malformed: not JSON',
      'clock.json: clock: behind the log',
      '',
      '2 problems, 12 events in 1 file. Nothing was changed.',
    ])
  })

  it('says that nothing is wrong when nothing is', () => {
    expect(renderProblems({ files: 2, events: 1, problems: [], notices: [] }, PIPED)).toBe(
      'ok 1 event in 2 files, no problems',
    )
  })

  it('names the way to put a failed check right', () => {
    const checks = [
      { name: 'lock', ok: true, message: 'free', fix: null, next_steps: [] },
      {
        name: 'driver',
        ok: false,
        message: 'not set',
        fix: 'kitty init',
        next_steps: shownCommand(['kitty', 'init']),
      },
    ]
    expect(renderChecks({ checks, ok: false, fixed: [] }, PIPED)).toBe(
      'ok     lock    free\n\nfailed driver  not set\n               -> kitty init\n\n1 of 2 checks failed.',
    )
  })
})

describe('a failure', () => {
  it('says what happened, then what to type', () => {
    const failure = {
      kind: 'UnknownFeature',
      message: 'No feature 099\u001b[31m',
      next_steps: [...shownCommand(['kitty', 'status']), ...shownCommand(['kitty', 'init'])],
      context: {},
    }
    expect(renderFailure(failure, PIPED)).toBe('Error: No feature 099\n  -> kitty status\n  -> kitty init')
    expect(renderFailure(failure, { ...onTerminal(80), colour: true })).toContain(
      '\u001b[31mError:\u001b[39m No feature 099\n',
    )
  })
})

describe('relative time', () => {
  it.each([
    ['2026-11-22T11:59:30.000Z', 'just now'],
    ['2026-11-22T11:59:00.000Z', '1 minute ago'],
    ['2026-11-22T10:00:00.000Z', '2 hours ago'],
    ['2026-11-21T12:00:00.000Z', '1 day ago'],
    ['2036-11-21T12:00:00.000Z', 'just now'],
    ['nonsense', ''],
    [null, ''],
  ])('of %s is "%s"', (timestamp, text) => {
    expect(relativeTime(timestamp, NOW)).toBe(text)
  })
})
