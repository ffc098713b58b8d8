import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { tokensOf } from '../../src/core/cli/fit-list.js'
import type { NewEvent } from '../../src/core/events-lib.js'
import { move } from '../support/kitty.js'
import { largeBoard } from '../support/large-board.js'
import { preparedRepository } from '../support/prepared-repository.js'
import { documentOf, failureIn, kitty, type Outcome } from '../support/program.js'
import { BY_ADA, inProcess } from '../support/session.js'
import { sharedFolder } from '../support/temp-folder.js'

/** The lanes of each feature's first packages; the rest is planned. */
const LANES = [...Array<string>(24).fill('done'), 'doing', 'doing', 'for_review', 'rejected']
const EVENTS = 10 * (40 + LANES.length)
const FIRST = '001-parcel-tracking-for-0'

let root: string
beforeAll(async () => {
  root = (await preparedRepository({}, sharedFolder())).root
  const { store } = await inProcess({ cwd: root })
  const board = largeBoard()
  await store.emit(board, BY_ADA)
  await store.emit(board.flatMap(moved), BY_ADA)
  await store.close()
  const [first] = board.slice(24)
  writeFile(first)
})

function moved({ entity_id, payload }: NewEvent): NewEvent[] {
  const lane = LANES[Number(entity_id.slice(2)) - 1]
  return lane === undefined ? [] : [move(lane, entity_id, 'planned', payload.feature_slug)]
}

/** The file of one package, as its event states it. */
function writeFile(created: NewEvent | undefined): void {
  if (created?.event_type !== 'WPCreated') throw new Error('there is no such package')
  const { work_package_id, title, dependencies } = created.payload
  const dir = join(root, 'kitty-specs', FIRST, 'tasks')
  mkdirSync(dir, { recursive: true })
  const head = `work_package_id: ${work_package_id}\ntitle: ${title}\ndependencies: [${dependencies.join(', ')}]\n`
  const boxes = '- [ ] T001 Write it\n- [ ] T002 Test it\n'
  writeFileSync(
    join(dir, `${work_package_id}-label.md`),
    `---\n${head}subtasks: [T001, T002]\n---\n\n# Label\n\n${boxes}`,
  )
}

const say = (...words: string[]): Promise<Outcome> => kitty({ cwd: root }, ...words)

describe('output on a board of 400 packages in 10 features', () => {
  it.each([
    [600, ['status']],
    [2_500, ['status', '--json', '--brief']],
    [700, ['list', '--limit', '20']],
    [700, ['ready', '--limit', '20']],
    [900, ['list', '--json', '--brief', '--budget', '900']],
    [300, ['list', '--budget', '300']],
  ])('takes at most %i tokens for kitty %j', async (most, words) => {
    const { code, stdout, stderr } = await say(...words)
    expect([code, stderr]).toEqual([0, ''])
    expect(tokensOf(stdout)).toBeLessThanOrEqual(most)
    expect(stdout).toMatch(/WP2[578]|packages/)
  })

  it('takes at most 500 tokens for show, besides the text of the file', async () => {
    const { stdout } = await say('show', '001/WP25')
    const file = readFileSync(join(root, 'kitty-specs', FIRST, 'tasks/WP25-label.md'), 'utf8')
    const body = file.slice(file.lastIndexOf('---\n') + 4).trim()
    expect(stdout).toContain(body)
    expect(tokensOf(stdout.replace(body, ''))).toBeLessThanOrEqual(500)
  })

  it('says in its last line what was left out and which command shows it, and that command shows it', async () => {
    const { stdout } = await say('list')
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(52)
    expect(lines.at(-1)).toBe('50 of 160 shown. All: kitty list --limit 160')
    const all = (await say('list', '--limit', '160')).stdout.trimEnd().split('\n')
    expect(all).toHaveLength(161)
    const { stdout: summary } = await say('status')
    expect(summary.trimEnd().split('\n').at(-1)).toBe('8 of 400 packages shown. All: kitty status --full')
    expect((await say('status', '--full')).stdout.match(/^package /gm)).toHaveLength(400)
  })

  it('shows the newest of the history, and says how much there is, in one feature and in all', async () => {
    const lines = (await say('log')).stdout.trimEnd().split('\n')
    const of = (args: string[]) =>
      `50 of ${String(EVENTS)} shown. All: kitty log${args.join('')} --limit ${String(EVENTS)}`
    expect([lines.length, lines.at(-1)]).toEqual([52, of([])])
    const newest = documentOf(await say('log', '--json', '--limit', '2', '--feature', '010'))
    expect(newest).toMatchObject({
      events: [{ entity_id: 'WP28' }, { entity_id: 'WP27' }],
      truncated: { shown: 2, total: EVENTS / 10 },
    })
    const all = documentOf(await say('log', '--json'))
    expect([all['truncated'], (all['events'] as unknown[]).length]).toEqual([null, EVENTS])
    const some = documentOf(await say('log', '--json', '--budget', '500'))
    expect(some['truncated']).toMatchObject({ total: EVENTS })
    expect((some['events'] as unknown[]).length).toBeGreaterThan(0)
  })

  it('says the same in JSON, which has no limit of its own', async () => {
    const limited = documentOf(await say('list', '--limit', '20', '--lane', 'planned', '--json'))
    expect(limited['work_packages']).toHaveLength(20)
    expect(limited['truncated']).toEqual({
      shown: 20,
      total: 120,
      more: ['kitty', 'list', '--lane', 'planned', '--json', '--limit', '120'],
    })
    const all = documentOf(await say('list', '--json', '--all'))
    expect([all['truncated'], (all['work_packages'] as unknown[]).length]).toEqual([null, 400])
    const long = await say('agent', 'tasks', 'list', '--feature', '001')
    expect(long.stdout.trimEnd().split('\n')).toHaveLength(41)
  })

  it('shows only the fields that were asked for, and refuses a field that there is not', async () => {
    const { stdout } = await say('list', '--fields', 'work_package,lane', '--limit', '1')
    expect(stdout).toBe(
      'work_package  lane\nWP25          doing\n1 of 160 shown. All: kitty list --fields work_package,lane --limit 160\n',
    )
    const some = documentOf(await say('ready', '--fields', 'work_package,why', '--limit', '1', '--json'))
    expect(some['ready']).toEqual([{ work_package: 'WP28', why: 'rework' }])
    const long = ['agent', 'events', 'list', '--limit', '3', '--fields', 'event_type,actor']
    const events = documentOf(await say(...long, '--json'))
    expect(events).toMatchObject({ count: 3, truncated: null })
    for (const event of events['events'] as object[])
      expect(Object.keys(event)).toEqual(['event_type', 'actor'])
    expect((await say(...long)).stdout.split('\n')[0]).toMatch(/^event_type +actor$/)
    expect(failureIn(await say('list', '--fields', 'nothing', '--json'))).toMatchObject({
      kind: 'UsageError',
      context: { unknown: ['nothing'] },
    })
  })

  it('leaves out keys that hold nothing only with --brief', async () => {
    const [whole] = documentOf(await say('list', '--limit', '1', '--json'))['work_packages'] as object[]
    const [brief] = documentOf(await say('list', '--limit', '1', '--json', '--brief'))[
      'work_packages'
    ] as object[]
    expect(whole).toMatchObject({ tags: [], marks: [], dependencies: [] })
    expect(brief).toMatchObject({ work_package: 'WP25', lane: 'doing' })
    expect(Object.keys(brief ?? {})).not.toEqual(expect.arrayContaining(['tags']))
  })

  it('refuses a budget that has no room for one item, and says which has', async () => {
    const refused = await say('list', '--budget', '5', '--json')
    const { next_steps, context } = failureIn(refused)
    expect(refused.code).toBe(2)
    expect(next_steps[0]).toEqual({ text: `--budget ${String(context['needed'])}`, argv: null })
    const fits = documentOf(await say('list', '--budget', String(context['needed']), '--json'))
    expect(fits['work_packages']).toHaveLength(1)
  })
})
