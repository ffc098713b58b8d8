import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NewEvent } from 'kittify/plugin/define'
import { openRepository } from 'kittify'
import { project } from 'kittify/plugin/define'
import { given, pluginContract, projectionContract, stamped, TemporaryWorkspace } from 'kittify/testing'
import { burndown } from '../src/burndown.js'
import { chart } from '../src/chart.js'
import { FinishedPackages } from '../src/finished-packages.js'
import { goalSet } from '../src/goal-set.js'
import plugin from '../src/plugin.js'
import { svg } from '../src/svg.js'

const FEATURE = '017-login'
const created = (id: string): NewEvent => ({
  event_type: 'WPCreated',
  entity_id: id,
  entity_type: 'WorkPackage',
  payload: { feature_slug: FEATURE, work_package_id: id, title: id, dependencies: [], subtasks: [] },
})
const moved = (id: string, from: string, to: string): NewEvent => ({
  event_type: 'WPStatusChanged',
  entity_id: id,
  entity_type: 'WorkPackage',
  payload: { feature_slug: FEATURE, old_status: from, new_status: to },
})
const sized = (id: string, tag: string): NewEvent => ({
  event_type: 'TagsChanged',
  entity_id: id,
  entity_type: 'WorkPackage',
  payload: { feature_slug: FEATURE, added: [tag], removed: [] },
})
const goal = goalSet.draft({ feature_slug: FEATURE, day: '2026-12-01' })
const history = [
  created('WP01'),
  created('WP02'),
  sized('WP02', 'size:5'),
  moved('WP01', 'for_review', 'done'),
]

describe('the burndown', () => {
  it('counts the points of packages that are not done', () => {
    const { days } = given(...history).project(burndown)
    assert.deepEqual(days, [{ day: '2026-01-05', open: 5, total: 6 }])
  })

  it('counts a package again that was taken back', () => {
    const { days } = given(...history, moved('WP01', 'done', 'doing')).project(burndown)
    assert.equal(days.at(-1)?.open, 6)
  })

  it('draws the same as text and as a picture', () => {
    const state = given(...history).project(burndown)
    assert.match(chart(state, { width: 80, unicode: false }), /5 of 6 points left/)
    assert.match(svg(state), /^<svg .*<title>5 of 6 points left/s)
  })

  for (const { name, check } of projectionContract(burndown, stamped(history))) it(name, check)
})

describe('the plugin', () => {
  for (const { name, check } of pluginContract(plugin, { drafts: [goal] })) it(name, check)

  it('refuses a size that is no number', async () => {
    const [rule] = plugin.moveChecks ?? []
    const workspace = await TemporaryWorkspace.create({ plugins: [plugin] })
    try {
      await workspace.feature(FEATURE, { WP01: {} })
      await workspace.emit(sized('WP01', 'size:huge'))
      const state = await (await workspace.store).workPackage(FEATURE, 'WP01')
      assert.ok(state !== undefined)
      const objection = rule?.check({ state, to: 'doing', actor: 'ada', dependencies: [] })
      assert.deepEqual(objection?.blockers, ['size:huge'])
    } finally {
      await workspace.dispose()
    }
  })

  it('reads a goal that an older version wrote, from the log', async () => {
    const workspace = await TemporaryWorkspace.create({ plugins: [plugin] })
    try {
      await workspace.feature(FEATURE, { WP01: {} })
      const [written] = await workspace.emit(goal)
      assert.ok(written !== undefined)
      const old = {
        ...written,
        event_id: `${written.event_id.slice(0, 25)}${written.event_id.endsWith('Z') ? 'Y' : 'Z'}`,
        event_version: 1,
        lamport_clock: written.lamport_clock + 1,
        payload: { feature_slug: FEATURE, date: '2026-11-30' },
      }
      workspace.write('.kittify/events/2020-01-01.jsonl', `${JSON.stringify(old)}\n`)
      const store = await workspace.store
      assert.deepEqual(
        (await goalSet.read(store)).map(({ payload }) => payload.day),
        ['2026-12-01', '2026-11-30'],
      )
      assert.equal((await project(store, burndown)).goal, '2026-11-30')
    } finally {
      await workspace.dispose()
    }
  })

  it('keeps what is done in a table, under its own aspect, for any program', async () => {
    const workspace = await TemporaryWorkspace.create()
    const repository = await openRepository({ folder: workspace.root, actor: 'grace', plugins: [plugin] })
    process.env['KITTY_BURNDOWN_TIMES'] = '1'
    try {
      await workspace.feature(FEATURE, { WP01: {}, WP02: {} })
      const packages = await repository.service(FinishedPackages)
      assert.deepEqual(await packages.of(FEATURE), [])
      await repository.store.emit([moved('WP01', 'for_review', 'done')], repository.provenance())
      const rows = await packages.of(FEATURE)
      assert.deepEqual(
        rows.map(({ work_package_id, actor }) => [work_package_id, actor]),
        [['WP01', 'grace']],
      )
      await repository.store.emit([moved('WP01', 'done', 'doing')], repository.provenance())
      assert.deepEqual(await packages.of(FEATURE), [])
      assert.match(repository.warnings().join(), /FinishedPackages\.of took \d+ ms/)
    } finally {
      delete process.env['KITTY_BURNDOWN_TIMES']
      await repository.close()
      await workspace.dispose()
    }
  })
})
