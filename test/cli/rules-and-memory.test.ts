import { readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Project } from '../support/project.js'
import { tempFolder } from '../support/temp-folder.js'

const project = (): Promise<Project> =>
  new Project().withPackages({ WP01: { subtasks: ['T001'] }, WP02: { dependencies: ['WP01'] } })

/** Wording apart, what the failure document of a refusal always holds. */
function refusal(kind: string, context: object = {}) {
  return {
    error: {
      kind,
      message: expect.any(String) as string,
      next_steps: expect.any(Array) as string[],
      context,
    },
  }
}

describe('the program', () => {
  it('leads a package through subtasks and gates to done, and tells its whole story', async () => {
    const demo = await project()
    expect(demo.json('agent', 'tasks', 'ready').document).toMatchObject({
      ready: [{ work_package: 'WP01', unblocks: ['WP02'] }],
      warnings: [],
    })
    expect(demo.run('agent', 'tasks', 'move-task', 'WP01', '--to', 'doing').code).toBe(0)
    expect(demo.json('agent', 'tasks', 'move-task', 'WP01', '--to', 'for_review')).toMatchObject({
      code: 1,
      document: refusal('StateTransitionError', {
        blockers: ['T001'],
        valid_transitions: ['for_review', 'planned', 'canceled'],
      }),
    })
    expect(demo.json('agent', 'tasks', 'mark-status', 'T001', 'T404', '--status', 'done')).toMatchObject({
      code: 2,
      document: { error: { kind: 'UsageError', context: { updated: ['T001'], not_found: ['T404'] } } },
    })
    expect(demo.json('agent', 'gates', 'add', 'wp1', '--type', 'CI_CHECK').document).toMatchObject({
      gate: { gate_id: 'WP01-CI_CHECK', work_package: 'WP01', gate_type: 'CI_CHECK', status: 'pending' },
      event: { event_type: 'GateCreated', entity_type: 'Gate' },
    })
    expect(demo.run('agent', 'tasks', 'move-task', 'WP01', '--to', 'for_review').code).toBe(0)
    expect(
      demo.run('agent', 'gates', 'set', 'WP01-CI_CHECK', '--status', 'failed', '--details', 'red').code,
    ).toBe(0)
    const stopped = demo.json('agent', 'tasks', 'move-task', 'WP01', '--to', 'done')
    expect(stopped).toMatchObject({
      code: 1,
      document: refusal('GateFailure', {
        earlier: { times: 1, last_reason: 'CI_CHECK failed for WP01: red' },
      }),
    })
    expect(demo.json('agent', 'gates', 'set', 'WP01-CI_CHECK', '--status', 'passed').document).toMatchObject({
      gate: { status: 'passed' },
    })
    expect(demo.json('agent', 'tasks', 'tag', 'WP01', '--add', 'a,b', '--add', 'c').document).toMatchObject({
      tags: ['a', 'b', 'c'],
    })
    expect(demo.run('agent', 'tasks', 'note', 'WP01', 'Mind the gap').stdout).toContain('WP01: noted')
    expect(
      demo.json('agent', 'tasks', 'usage', 'WP01', '--tokens', '1200', '--cost', '0.0412').document,
    ).toMatchObject({
      usage: { tokens: 1200, cost_usd_micros: 41_200, seconds: 0 },
    })
    expect(demo.run('agent', 'tasks', 'move-task', 'WP01', '--to', 'done').code).toBe(0)
    const { stdout } = demo.run('agent', 'tasks', 'show', 'WP01')
    const story = [
      'made: Part WP01',
      'planned -> doing',
      'T001 done',
      'gate WP01-CI_CHECK added',
      'doing -> for review',
      'failed: red',
      'WP01-CI_CHECK passed',
      'tags +a +b +c',
      'note: Mind the gap',
      '1200 tokens',
      'for review -> done',
    ]
    const places = story.map((part) => stdout.indexOf(part, stdout.indexOf('History')))
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(places).not.toContain(-1)
    expect(demo.run('agent', 'gates', 'list').stdout).toContain('WP01-CI_CHECK')
  })

  it('keeps what was refused, says so the next time, and answers who asks first', async () => {
    const demo = await project()
    const doing = ['WP02', '--to', 'doing']
    expect(demo.run('agent', 'tasks', 'move-task', ...doing).stderr).not.toContain('before')
    const again = demo.run('agent', 'tasks', 'move-task', ...doing)
    expect(again).toMatchObject({ code: 1, stdout: '' })
    expect(again.stderr).toContain('Refused for this reason once before')
    expect(demo.json('agent', 'errors', 'match', ...doing)).toMatchObject({
      code: 0,
      document: {
        refusal: { kind: 'DependencyValidationError', blockers: ['WP01'] },
        count: 2,
        warnings: [],
      },
    })
    const [list, limited] = [[], ['--limit', '1']].map(
      (more) => demo.json('agent', 'errors', 'list', '--entity', 'wp2', ...more).document,
    )
    expect(list).toMatchObject({
      count: 2,
      errors: [
        {
          error_type: 'DependencyValidationError',
          entity_id: 'WP02',
          attempted_operation: 'agent tasks move-task',
          context: {
            current_status: 'planned',
            requested_status: 'doing',
            valid_transitions: ['doing', 'canceled'],
            feature_slug: '001-demo',
          },
        },
        {},
      ],
    })
    expect(limited).toMatchObject({ count: 1 })
    const forced = demo.json(
      'agent',
      'tasks',
      'move-task',
      ...doing,
      '--force',
      '--reason',
      'WP01 is done in all but name',
    )
    expect(forced.document).toMatchObject({
      event: { payload: { force: true, dependency_status: { incomplete_dependencies: ['WP01'] } } },
    })
    expect(demo.run('status').stdout).toContain('WP02')
  })

  it('refuses unknown names and invalid values as wrong usage, in one JSON document each', async () => {
    const demo = await project()
    const wrong: [string[], string][] = [
      [['agent', 'tasks', 'mark-status', 'T404', '--status', 'done'], 'UsageError'],
      [['agent', 'gates', 'set', 'WP01-X', '--status', 'passed'], 'UnknownGate'],
      [['agent', 'tasks', 'usage', 'WP01', '--cost', 'much'], 'UsageError'],
    ]
    for (const [args, kind] of wrong)
      expect(demo.json(...args)).toMatchObject({ code: 2, document: refusal(kind) })
  })

  it('refuses settings that are wrong with the place and the reason', async () => {
    const demo = await project()
    demo.configure({ workflow: 'reviewd' })
    expect(demo.json('status')).toMatchObject({ code: 5, document: refusal('BadConfig') })
  })

  it('un-ignores error records once they are to be tracked, and ignores them again', async () => {
    const demo = new Project()
    demo.run('init')
    const ignored = (): boolean => demo.ignores('.kittify/errors/2026-11-22.jsonl')
    expect(ignored()).toBe(true)
    demo.configure({ errors: { track: true } })
    expect(demo.json('init').document).toMatchObject({ created: ['.gitattributes', '.kittify/.gitignore'] })
    expect(ignored()).toBe(false)
    expect(demo.json('init').document).toMatchObject({ created: [] })
    demo.configure({})
    demo.run('init')
    expect(ignored()).toBe(true)
  })
})

describe('where error records cannot be kept', () => {
  const damages: Record<string, (path: string) => void> = {
    'a link': (path) => symlinkSync(tempFolder(), path),
    'a file': (path) => writeFileSync(path, 'mine'),
  }

  it('a refusal is the same refusal, with one warning; what succeeds says nothing', async () => {
    const demo = await project()
    const args = ['agent', 'tasks', 'move-task', 'WP02', '--to', 'doing', '--json']
    const sound = demo.run(...args)
    rmSync(demo.path('.kittify/errors'), { recursive: true })
    for (const damage of Object.values(damages)) {
      damage(demo.path('.kittify/errors'))
      const { code, stdout, stderr } = demo.run(...args)
      expect({ code, stdout }).toEqual({ code: 1, stdout: sound.stdout })
      expect(stderr.split('\n').filter((line) => line.startsWith('Warning: '))).toHaveLength(1)
      rmSync(demo.path('.kittify/errors'))
    }
    symlinkSync(tempFolder(), demo.path('.kittify/errors'))
    expect(demo.run('agent', 'tasks', 'move-task', 'WP01', '--to', 'doing')).toMatchObject({
      code: 0,
      stderr: '',
    })
    expect(readdirSync(demo.path('.kittify/errors'))).toEqual([])
  })
})
