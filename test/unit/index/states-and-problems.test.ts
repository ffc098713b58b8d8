import { beforeEach, describe, expect, it } from 'vitest'
import { emptyWorkPackage, type WorkPackageState } from '../../../src/core/events-lib.js'
import { boardRowOf } from '../../../src/core/index/board-row.js'
import type { FeatureRow } from '../../../src/core/index/event-index.js'
import type { MemoryEventIndex } from '../../../src/core/index/memory-event-index.js'
import type { SqliteEventIndex } from '../../../src/core/index/sqlite/sqlite-event-index.js'
import type { LogProblem } from '../../../src/core/log/event-log.js'
import { gateRow, INDEX_KINDS, noteRow } from '../../support/index-kinds.js'
import { plainRows } from '../../support/plain-rows.js'

const state = (feature: string, id: string, changes: Partial<WorkPackageState> = {}): WorkPackageState => ({
  ...emptyWorkPackage(feature, id, undefined),
  ...changes,
})
const feature = (slug: string, title: string): FeatureRow =>
  ({ feature_slug: slug, title, mission: 'software-dev' }) as FeatureRow // as much as a test compares
const problem = (file: string, line: number, kind = 'invalid'): LogProblem => ({
  file,
  line,
  kind,
  message: `${kind} on line ${line}`,
})

describe.each(INDEX_KINDS)('an index in $kind', ({ kind, make }) => {
  let index: MemoryEventIndex | SqliteEventIndex

  beforeEach(async () => {
    index = await make()
  })

  it('says what keeps its rows', () => {
    expect(index.kind).toBe(kind)
    expect(index.foldRules).toEqual({})
  })

  it('answers each package as it was stored last, in the order of features and IDs', async () => {
    await index.putWorkPackages([state('002-x', 'WP01'), state('001-login', 'WP02')])
    await index.putWorkPackages([
      state('001-login', 'WP01', { title: 'Say "猫"' }),
      state('002-x', 'WP01', { title: 'new' }),
    ])
    await index.putWorkPackages([])
    const states = [
      state('001-login', 'WP01', { title: 'Say "猫"' }),
      state('001-login', 'WP02'),
      state('002-x', 'WP01', { title: 'new' }),
    ]
    expect(await index.workPackages()).toEqual(states)
    expect(await index.workPackages('001-login')).toEqual(states.slice(0, 2))
    expect(await index.workPackages('003-none')).toEqual([])
    expect(plainRows(await index.boardRows())).toEqual(states.map(boardRowOf))
    expect(plainRows(await index.boardRows('002-x'))).toEqual(states.slice(2).map(boardRowOf))
    expect(await index.boardRows('003-none')).toEqual([])
    expect(await index.workPackage('001-login', 'WP01')).toEqual(states[0])
    expect(await index.workPackage('002-x', 'WP02')).toBeUndefined()
  })

  it('answers a package no more once it is removed', async () => {
    await index.putWorkPackages([
      state('001-login', 'WP01'),
      state('001-login', 'WP02'),
      state('002-x', 'WP01'),
    ])
    await index.removeWorkPackages([
      { feature_slug: '001-login', work_package_id: 'WP01' },
      { feature_slug: '002-x', work_package_id: 'WP09' },
    ])
    const left = [state('001-login', 'WP02'), state('002-x', 'WP01')]
    expect(await index.workPackages()).toEqual(left)
    expect(plainRows(await index.boardRows())).toEqual(left.map(boardRowOf))
    expect(await index.workPackage('001-login', 'WP01')).toBeUndefined()
  })

  it('answers features in the order of their slugs, each as it was stored last', async () => {
    await index.putFeature(feature('002-x', 'X'))
    await index.putFeature(feature('003-y', 'Y'))
    await index.putFeature(feature('001-login', 'Log in'))
    await index.putFeature(feature('002-x', 'X again'))
    await index.putFeature(feature('004-z', 'Z'))
    await index.removeFeature('003-y')
    expect(await index.features()).toEqual([
      feature('001-login', 'Log in'),
      feature('002-x', 'X again'),
      feature('004-z', 'Z'),
    ])
  })

  it('names every feature that has a definition or a package, once', async () => {
    expect(await index.featureSlugs()).toEqual([])
    await index.putFeature(feature('003-y', 'Y'))
    await index.putFeature(feature('001-login', 'Log in'))
    await index.putWorkPackages([
      state('002-x', 'WP01'),
      state('002-x', 'WP02'),
      state('004-z', 'WP01'),
      state('001-login', 'WP01'),
    ])
    expect(await index.featureSlugs()).toEqual(['001-login', '002-x', '003-y', '004-z'])
  })

  it('lists problems by file and line, those of one line in the order they were found', async () => {
    expect(await index.problems()).toEqual([])
    await index.putProblems([problem('b.jsonl', 1), problem('a.jsonl', 10)])
    await index.putProblems([])
    await index.putProblems([
      problem('a.jsonl', 9),
      problem('a.jsonl', 10, 'duplicate'),
      problem('c.jsonl', 2),
    ])
    expect(await index.problems()).toEqual([
      problem('a.jsonl', 9),
      problem('a.jsonl', 10),
      problem('a.jsonl', 10, 'duplicate'),
      problem('b.jsonl', 1),
      problem('c.jsonl', 2),
    ])
  })

  it('notes each conflict that was reported once, and tells which are new', async () => {
    expect(await index.markExplained([])).toEqual([])
    expect(await index.markExplained(['b', 'a', 'b'])).toEqual(['b', 'a'])
    expect(await index.markExplained(['a', 'c', 'b'])).toEqual(['c'])
    expect(await index.markExplained(['a', 'b', 'c'])).toEqual([])
  })

  describe('that forgets a file', () => {
    const [file, other] = ['2026-11-21.jsonl', '2026-11-22.jsonl']

    it('drops its rows, problems and watermark, and keeps those of other files', async () => {
      const mark = { identity: 'x', size: 9, offset: 9, line: 1, crc: 5 }
      await index.insert([noteRow(1, { file }), noteRow(2, { file: other })])
      await index.putProblems([problem(file, 1), problem(other, 2)])
      await index.putWatermark({ ...mark, file })
      await index.putWatermark({ ...mark, file: other })
      await index.forget(file)
      expect(await index.locate({})).toEqual([noteRow(2, { file: other })])
      expect(await index.problems()).toEqual([problem(other, 2)])
      expect(await index.watermarks()).toEqual([{ ...mark, file: other }])
    })

    it('names the packages and features that its events were of, and no others', async () => {
      const spec = { entity_type: 'FeatureSpec', entity_id: 'spec', work_package_id: null }
      const unowned = { event_type: 'GateResultChanged', work_package_id: null }
      await index.insert([
        noteRow(1, { file }),
        noteRow(2, { file: other, entity_id: 'WP02', work_package_id: 'WP02' }),
        gateRow(3, 'G1', 'WP03', { file: other }),
        gateRow(4, 'G1', 'WP03', { file, ...unowned }),
        gateRow(5, 'G2', 'WP04', { file, ...unowned }),
        noteRow(6, { file, ...spec }),
        noteRow(7, { file: other, feature_slug: '002-x', ...spec }),
        noteRow(8, { file, entity_type: 'x.a.Thing', entity_id: 'WP05', work_package_id: null }),
      ])
      const { workPackages, features } = await index.forget(file)
      expect(new Set(workPackages.map(({ work_package_id: id }) => id))).toEqual(new Set(['WP01', 'WP03']))
      expect(new Set(workPackages.map(({ feature_slug: slug }) => slug))).toEqual(new Set(['001-login']))
      expect(new Set(features)).toEqual(new Set(['001-login']))
    })

    it('names the package of a gate that was created in that file', async () => {
      await index.insert([gateRow(1, 'G1', 'WP03', { file })])
      expect(await index.forget(file)).toEqual({
        workPackages: [{ feature_slug: '001-login', work_package_id: 'WP03' }],
        features: [],
      })
      expect(await index.forget(file)).toEqual({ workPackages: [], features: [] })
    })
  })
})
