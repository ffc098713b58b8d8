import { describe, expect, it } from 'vitest'
import { preparedRepository } from '../support/prepared-repository.js'
import { documentOf, failureIn, kitty } from '../support/program.js'

const LOGIN = [{ id: 'WP01', subtasks: ['T001', 'T002'] }, { id: 'WP02' }, { id: 'WP03' }]

describe('the short words', () => {
  it('take a package from planned to done and back, and say what they did', async () => {
    const { root } = await preparedRepository({ '001-login': LOGIN })
    const say = async (...words: string[]) => {
      const { code, stdout, stderr } = await kitty({ cwd: root }, ...words)
      expect([words, code, stderr]).toEqual([words, 0, ''])
      return stdout.trim()
    }
    expect(await say('move', 'wp1', '001/WP02', 'doing')).toBe(
      'WP01: planned → doing (001-login, ada)\nWP02: planned → doing (001-login, ada)',
    )
    expect(await say('tick', 'WP01', 'T001', 'T002')).toBe('T001, T002: done (WP01)')
    expect(await say('untick', 'login/wp1', 't002')).toBe('T002: pending (WP01)')
    await say('tick', 'WP01', 'T002')
    await say('note', 'WP01', 'the writer waits for the schema')
    expect(await say('review', 'WP01', 'WP02')).toContain('WP02: doing → for_review')
    expect(await say('reject', 'WP02', '--reason', 'no tests')).toContain('for_review → rejected')
    expect(await say('reopen', 'WP02')).toContain('rejected → planned')
    expect(await say('cancel', 'WP02', '--reason', 'out of scope')).toContain('planned → canceled')
    expect(await say('done', 'WP01')).toContain('for_review → done')
    expect(await say('conflicts')).toContain('No')
    const shown = JSON.parse(await say('agent', 'tasks', 'show', 'WP01', '--json')) as Record<string, unknown>
    expect(shown['work_package']).toMatchObject({ lane: 'done', notes: [{ actor: 'ada' }] })
  })

  it('refuse with one document each, and say what to type', async () => {
    const { root } = await preparedRepository({ '001-login': LOGIN })
    const refused = async (...words: string[]) => {
      const outcome = await kitty({ cwd: root }, ...words, '--json')
      return { code: outcome.code, ...failureIn(outcome) }
    }
    expect(await refused('reject', 'WP01')).toMatchObject({
      code: 2,
      next_steps: [{ text: expect.stringContaining('kitty reject WP01 --reason') }],
    })
    expect(await refused('move', 'WP01')).toMatchObject({ code: 2, kind: 'UsageError' })
    expect(await refused('move', 'WP01', 'nowhere')).toMatchObject({ code: 2, kind: 'UsageError' })
    expect(await refused('move', 'WP02', 'WP03', 'doing', '--expect', 'for_review')).toMatchObject({
      code: 6,
      kind: 'LostRace',
    })
    expect(await refused('cancel', 'WP01')).toMatchObject({ code: 1, kind: 'ValidationError' })
    expect(await refused('resolve', 'WP01', '--keep', 'bob')).toMatchObject({ code: 2, kind: 'UsageError' })
    const moved = documentOf(await kitty({ cwd: root }, 'move', 'WP02', 'WP03', 'doing', '--json'))
    expect(moved).toMatchObject({ moved: [{ work_package: 'WP02' }, { work_package: 'WP03' }], warnings: [] })
  })

  it('are not needed to know what is next: kitty alone says it, and outside a repository it is the help', async () => {
    const { root } = await preparedRepository({ '001-login': LOGIN })
    const [alone, next, outside] = [
      await kitty({ cwd: root }),
      await kitty({ cwd: root }, 'next'),
      await kitty({ cwd: '/' }),
    ]
    expect([alone.code, alone.stdout]).toEqual([0, next.stdout])
    expect(alone.stdout).toContain('WP01')
    expect(outside.code).toBe(0)
    expect(outside.stdout).toContain('START HERE')
  })

  it('have the names of upstream next to them, and lead on a user who types another word', async () => {
    const { root } = await preparedRepository({ '001-login': LOGIN })
    const noted = await kitty({ cwd: root }, 'agent', 'tasks', 'add-history', 'WP01', '--note', 'seen')
    expect([noted.code, noted.stdout]).toEqual([0, 'WP01: noted (001-login, ada)\n'])
    const wrong = await kitty({ cwd: root }, 'start', 'WP01', '--json')
    expect([wrong.code, failureIn(wrong).context]).toEqual([
      2,
      { command: 'start WP01', similar: ['claim WP01'] },
    ])
  })
})
