import 'reflect-metadata'
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { CommandRunner, type ManifestCommand } from '../support/in-process-command.js'
import { dayFiles, logLines } from '../support/log-files.js'
import { eventSchema, schemaErrors } from '../support/log-schema.js'
import { commandSource, definitionSource, PluginHome, WITH_DEFINITION } from '../support/plugin-home.js'
import { preparedRepository } from '../support/prepared-repository.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FEATURE = '001-login'
const words = (line: string): string[] => line.split(' ')

/**
 * One repository's life in which every type of event is written. The recorded runs check their lines as well; here is
 * what they leave out: every optional key, imports, and lines that only some repositories come to.
 */
const LIFE: readonly (readonly [argv: readonly string[], actor?: string])[] = [
  [words('new Receipts --feature 001')],
  [words('edit WP04 --title Bills --priority 1')],
  [words('note WP01 seen')],
  [words('undo')],
  [words('move WP01 doing --reason begun --session s1 --correlation run-1 --idempotency-key k1')],
  [words('tick WP01 T001 --session s1')],
  [[...words('move WP01 for_review --session s1 --evidence'), 'the tests pass']],
  [[...words('done WP01 --review-ref pulls/7 --evidence'), 'seen by bob'], 'bob'],
  [words('implement WP02')],
  [words('agent gates add WP02 --type CI_CHECK')],
  [words('agent gates set WP02-CI_CHECK --status failed --details slow'), 'ci'],
  [words('agent tasks tag WP02 --add ui,api')],
  [words('agent tasks tag WP02 --remove ui')],
  [words('agent tasks usage WP02 --tokens 10 --cost 0.25 --seconds 3')],
  [[...words('cancel WP03 --reason'), 'no one wants it']],
  [words('import github issues.json')],
  [words('import markdown todo.md')],
  [words('import spec-kitty other --map default')],
  [words('archive 001 --reason shipped')],
  [words('archive 001 --restore')],
]

const ISSUE = {
  url: 'https://api.github.com/repos/cfrg/hpke/issues/1',
  repository_url: 'https://api.github.com/repos/cfrg/hpke',
  html_url: 'https://github.com/cfrg/hpke/issues/1',
  id: 1,
  number: 1,
  title: 'Sing',
  user: { login: 'blipp' },
  labels: [{ name: 'music' }],
  state: 'open',
  assignees: [{ login: 'eve' }],
  comments: 0,
  created_at: '2019-10-28T15:16:05Z',
  updated_at: '2019-10-29T15:16:05Z',
  closed_at: null,
  body: 'Loud.',
}

/** A move whose actor, review and evidence came along. */
const MOVE = {
  actor: { role: 'reviewer', profile: null, tool: 'claude', model: 'm' },
  at: '2026-01-01T00:00:00Z',
  event_id: '01KJ5V38R0B8AZPCZGYHPXGH01',
  evidence: { repos: [{ repo: 'r', branch: 'b', commit: 'abc1234', files: ['a'] }] },
  execution_mode: 'worktree',
  force: false,
  from_lane: 'planned',
  mission_slug: '017-merge',
  policy_metadata: null,
  reason: null,
  review_ref: 'PR#1',
  review_result: { reviewer: 'R', verdict: 'approved', reference: 'PR#1' },
  to_lane: 'done',
  wp_id: 'WP01',
}

interface Line {
  readonly event_id: string
  readonly event_type: string
  readonly event_version: number
}

const parsed = (line: string): Line => JSON.parse(line) as Line // kitty's own line

function kindOf(line: string): string {
  const { event_type, event_version } = parsed(line)
  return event_type.startsWith('x.') ? 'plugin' : `${event_type}.${event_version}`
}

let root: string
let lines: readonly string[]

/** Every type of event that the schema has, written by the program itself. */
async function lived(): Promise<void> {
  const { commands } = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as {
    commands: Readonly<Record<string, ManifestCommand>>
  }
  const subtasks = ['T001']
  const repository = await preparedRepository({
    [FEATURE]: [{ id: 'WP01', subtasks }, { id: 'WP02' }, { id: 'WP03' }],
  })
  root = repository.root
  repository.write('issues.json', JSON.stringify([ISSUE]))
  repository.write('todo.md', '# Later\n\n- [ ] Dance @eve\n')
  const mission = 'other/kitty-specs/017-merge'
  repository.write(`${mission}/tasks/WP01-x.md`, '---\nwork_package_id: WP01\ntitle: Merge\n---\n')
  repository.write(`${mission}/meta.json`, '{"friendly_name": "Merge", "mission_slug": "017-merge"}')
  repository.write(`${mission}/status.events.jsonl`, `${JSON.stringify(MOVE)}\n`)
  const runner = await CommandRunner.create(ROOT, commands)
  let minute = Date.now()
  const run = async (argv: readonly string[], actor = 'ada'): Promise<void> => {
    minute += 60_000
    const env = { KITTY_ACTOR: actor }
    const { code, stdout } = await runner.run([...argv, '--json'], { cwd: root, env, now: new Date(minute) })
    if (code !== 0) throw new Error(`kitty ${argv.join(' ')}: ${stdout}`)
  }
  for (const [argv, actor] of LIFE) await run(argv, actor)
  const usage = logLines(root).find((line) => kindOf(line) === 'UsageRecorded.1') ?? ''
  await run(['agent', 'events', 'redact', parsed(usage).event_id, '--reason', 'a name'])
  countOne()
  manyHeads()
  await run(['note', '001/WP02', 'joined'])
  lines = logLines(root)
}

/** An event of a plugin. */
function countOne(): void {
  const home = new PluginHome()
  const payload = `{ feature_slug: '${FEATURE}', count: 1 }`
  const event = `{ event_type: 'x.counter.Counted', entity_id: '${FEATURE}', entity_type: 'FeatureSpec', payload: ${payload} }`
  const provenance = `{ actor: 'ada', causationId: null, correlationId: null }`
  const types = `[defineEventType({ type: 'x.counter.Counted', version: 1, schema: schema.anyObject() })]`
  home.add(
    'kitty-plugin-counter',
    {
      'plugin.js': definitionSource('counter', { types }),
      'commands/count.js': commandSource(`await this.eventStore.emit([${event}], ${provenance})`),
    },
    WITH_DEFINITION,
  )
  const { code, stderr } = home.kitty(root, 'count')
  if (code !== 0) throw new Error(stderr)
}

/** As many heads of one package as no event may name. */
function manyHeads(): void {
  const note = JSON.parse(logLines(root).find((line) => kindOf(line) === 'NoteAdded.1') ?? '') as object
  const heads = Array.from({ length: 1001 }, (_, at) => {
    const event_id = `01KB5Q0000000000000000${String(at).padStart(4, '0')}`
    return `${JSON.stringify({ ...note, event_id, entity_id: 'WP02', parents: [] })}\n`
  })
  appendFileSync(join(root, '.kittify', 'events', dayFiles(root).at(-1) ?? ''), heads.join(''))
}

describe('the lines that the program writes', () => {
  beforeAll(lived)

  it('are of every type and version that the schema in the package has', () => {
    expect([...new Set(lines.map(kindOf))].sort()).toEqual(Object.keys(eventSchema.$defs).sort())
  })

  it('are valid by that schema', () => {
    for (const line of lines) expect(schemaErrors(line), line).toEqual([])
  })

  it.each<[string, (line: Record<string, unknown>) => object]>([
    ['without a clock', ({ lamport_clock, ...rest }) => ({ ...rest, was: lamport_clock })],
    ['with an ID that is no ULID', (line) => ({ ...line, event_id: '01TEST1' })],
    ['with a time without fractions', (line) => ({ ...line, timestamp: '2026-01-27T10:30:00Z' })],
    ['with a key that no event has', (line) => ({ ...line, holder: 'ada' })],
    ['of a version that no one writes', (line) => ({ ...line, event_version: 9 })],
    ['of another entity', (line) => ({ ...line, entity_type: 'Planet' })],
    ['without a feature', (line) => ({ ...line, payload: {} })],
  ])('would not be valid %s', (_, broken) => {
    for (const type of Object.keys(eventSchema.$defs)) {
      if (type === 'plugin') continue
      const line = JSON.parse(lines.find((one) => kindOf(one) === type) ?? '') as Record<string, unknown>
      expect(schemaErrors(JSON.stringify(broken(line))), type).not.toEqual([])
    }
  })
})
