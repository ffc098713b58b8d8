import { describe, expect, it } from 'vitest'
import { createRegistry, REVIEWED_WORKFLOW } from '../../../src/core/events-lib.js'
import type { SourceFile } from '../../../src/core/transfer/document.js'
import { draftFault } from '../../../src/core/transfer/draft-fault.js'
import { IMPORTERS } from '../../../src/core/transfer/formats.js'
import { FeatureLog } from '../../../src/core/transfer/feature-log.js'
import { laneMap } from '../../../src/core/transfer/lane-map.js'
import { type ImportPlan, planImport } from '../../../src/core/transfer/plan-import.js'
import { actorName } from '../../../src/core/transfer/proposals.js'
import { nameOf, singleLine } from '../../../src/core/transfer/text.js'
import { file } from '../../support/transfer.js'

const REGISTRY = createRegistry()

async function planned(format: string, ...sources: readonly SourceFile[]): Promise<ImportPlan> {
  const importer = IMPORTERS.find((one) => one.format === format)
  if (importer === undefined) throw new Error(`no format ${format}`)
  const document = await importer.read(sources, { table: REVIEWED_WORKFLOW })
  return planImport({
    document,
    targets: document.features.map((feature) => ({
      feature,
      slug: '001-demo',
      source: 'demo',
      log: new FeatureLog('001-demo', REVIEWED_WORKFLOW),
      filePackages: [],
      isGone: false,
    })),
    table: REVIEWED_WORKFLOW,
    lanes: laneMap(document, REVIEWED_WORKFLOW, []),
    inPlace: false,
    importer: 'ada',
    now: '2026-01-01T00:00:00.000Z',
    faultOf: (draft) => draftFault(draft, REGISTRY),
    fileFaultOf: () => undefined,
  })
}

const move = (rest: object): SourceFile =>
  file(
    '001-demo/status.events.jsonl',
    JSON.stringify({
      event_id: 'E1',
      wp_id: 'WP01',
      from_lane: 'planned',
      to_lane: 'claimed',
      at: '2026-01-01T00:00:00Z',
      actor: 'bob',
      ...rest,
    }),
  )

describe('values that no one expects', () => {
  it.each([
    ['repos that are no list', { evidence: { repos: true } }],
    ['a repository without a name', { evidence: { repos: [{ branch: 'main' }] } }],
    ['a verification without a result', { evidence: { verification: [{ command: 'npm test' }] } }],
    ['an actor whose role is nothing but a control character', { actor: { tool: 'codex', role: '\u0000' } }],
  ])('do not lose a move: %s', async (_what, rest) => {
    const { drafts, problems, losses } = await planned('spec-kitty', move(rest))
    expect(problems).toEqual([])
    const [moved] = drafts.filter(({ event_type }) => event_type === 'WPStatusChanged')
    expect(moved?.payload['new_status']).toBe('claimed')
    expect(moved?.event_version).toBe(1)
    expect(losses.map(({ what }) => what)).toContain('evidence, review or actor_info of another form')
  })

  it('leave a move that has all of its form as it is', async () => {
    const evidence = { repos: [{ repo: 'demo', commit: 'abc' }] }
    const { drafts, losses } = await planned('spec-kitty', move({ evidence }))
    expect(drafts.find(({ event_type }) => event_type === 'WPStatusChanged')).toMatchObject({
      event_version: 2,
      payload: { evidence },
    })
    expect(losses).toEqual([])
  })

  it('do not lose what a person wrote whose name the log reserves', async () => {
    const issue = { id: 'bd-1', title: 'One', status: 'open', created_at: '2026-01-01T00:00:00Z' }
    for (const name of ['constructor', '__proto__', 'toString']) {
      const comments = [{ author: name, text: 'Hello', created_at: '2026-01-01T00:00:00Z' }]
      const source = file('issues.jsonl', JSON.stringify({ ...issue, created_by: name, comments }))
      const { drafts, problems } = await planned('beads', source)
      expect(problems).toEqual([])
      const actors = drafts.flatMap(({ event_type, actor }) =>
        ['WPCreated', 'NoteAdded'].includes(event_type) ? [actor] : [],
      )
      expect(actors).toEqual([`@${name}`, `@${name}`])
    }
  })

  it('bring no invisible character into a name, a title or a tag', () => {
    expect(actorName('\u200b\u202e', 'ada')).toBe('ada')
    expect(actorName('al\u200bice\u{e0041}', 'ada')).toBe('alice')
    expect(actorName('Ju\u0308rgen', 'ada')).toBe('J\u00fcrgen')
    expect(nameOf('back\u2060end')).toBe('backend')
    expect(singleLine('Ship\u00ad it\u{e0041} \u2764\ufe0f')).toBe('Ship it \u2764\ufe0f')
  })

  it.each([
    ['csv', file('a\u0000\u202eb.csv', 'id,title\n1,One\n')],
    ['backlog', file('backlog/config.yml', 'project_name: "S\\u0000hop\\u001b[2J"\n')],
    [
      'task-master',
      file('tasks.json', '{"Sh\\u0000op\\u001b[2J":{"tasks":[{"id":1,"title":"One","status":"pending"}]}}'),
    ],
  ])('bring no invisible character into the title of a feature: %s', async (format, source) => {
    const one = file('backlog/tasks/task-1 - One.md', '---\nid: task-1\ntitle: One\n---\n')
    const { drafts } = await planned(format, source, ...(format === 'backlog' ? [one] : []))
    const titles = drafts
      .filter(({ event_type }) => event_type === 'SpecCreated')
      .map(({ payload }) => payload['title'])
    expect(titles).toHaveLength(1)
    expect(String(titles[0])).toMatch(/^[\p{L}\p{N}\p{P}\p{S} ]+$/u)
  })
})
