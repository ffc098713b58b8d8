import { describe, expect, it } from 'vitest'
import { by, cloneOf, commitLog, emit, FEATURE, inProcess, move, project } from '../support/kitty.js'
import { rejectionOf } from '../support/kitty-error.js'
import { isDerived, snapshot } from '../support/snapshot.js'
import { gitIn } from '../support/temp-repository.js'
import { MergePreview } from '../../src/core/services/merge/merge-preview.js'
import { Status } from '../../src/core/services/board/status.js'
import { EventStore } from '../../src/core/store/event-store.js'
import { Conflicts } from '../../src/core/services/conflicts/conflicts.js'

const preview = async (folder: string, branch: string) =>
  (await inProcess(folder, MergePreview, async (service, store) => service.preview(await store(), branch)))
    .result

/** A clone that has fetched, and not merged, what another has pushed. */
async function fetched() {
  const ours = await project()
  const other = await cloneOf(ours)
  await emit(ours, 'ada', move('doing'))
  await emit(other, 'bob', move('rejected'), move('doing', 'WP03'))
  const payload = {
    feature_slug: FEATURE,
    work_package_id: 'WP04',
    title: 'Late',
    dependencies: [],
    subtasks: [],
  }
  await emit(other, 'bob', {
    event_type: 'WPCreated',
    entity_id: 'WP04',
    entity_type: 'WorkPackage',
    payload,
  })
  commitLog(other)
  gitIn(ours, 'fetch', '--quiet', other, 'main:refs/remotes/other/main')
  return { ours, other }
}

describe('merge preview', () => {
  it('tells what the merge then does: lanes, by whom, new packages, conflicts', async () => {
    const { ours } = await fetched()
    const told = await preview(ours, 'other/main')
    expect(told).toMatchObject({
      branch: 'other/main',
      new_events: 3,
      changes: [
        { work_package: 'WP01', from: 'doing', to: 'rejected', actor: 'bob' },
        { work_package: 'WP03', from: 'planned', to: 'doing', actor: 'bob', title: 'Part WP03' },
        { work_package: 'WP04', from: null, to: 'planned', actor: 'bob', title: 'Late' },
      ],
      conflicts: [{ entity_id: 'WP01', register: 'status', open: true }],
      settled: [],
    })
    commitLog(ours)
    gitIn(ours, 'merge', '--quiet', '--no-edit', 'other/main')
    const after = (await inProcess(ours, Status, (service) => service.board())).result
    const lanes = Object.entries(after.features[0]?.lanes ?? {}).flatMap(([lane, all]) =>
      all.map((one) => [one.work_package, lane]),
    )
    for (const { work_package, to } of told.changes) expect(lanes).toContainEqual([work_package, to])
    expect(after.features[0]?.conflicts).toEqual(told.conflicts)
    expect(await preview(ours, 'other/main')).toMatchObject({ new_events: 0, changes: [], conflicts: [] })
  })

  it('writes nothing, neither in git nor in the log', async () => {
    const { ours } = await fetched()
    await preview(ours, 'other/main')
    const before = snapshot(ours, isDerived)
    await preview(ours, 'other/main')
    expect(snapshot(ours, isDerived)).toEqual(before)
    const events = (await inProcess(ours, EventStore, (store) => store.read())).result
    expect(events.some((event) => event.actor === 'bob')).toBe(false)
  })

  it('names the open conflicts that the branch has settled', async () => {
    const { ours, other } = await fetched()
    commitLog(ours)
    gitIn(ours, 'merge', '--quiet', '--no-edit', 'other/main')
    gitIn(other, 'pull', '--quiet', '--no-edit', ours, 'main')
    const [conflict] = (await inProcess(other, Conflicts, (service) => service.list(undefined, false))).result
    const keep = conflict?.events[0]?.event_id ?? ''
    await inProcess(other, Conflicts, (service) =>
      service.resolve({ feature: FEATURE, entity: 'WP01', keep, provenance: by('bob') }),
    )
    commitLog(other)
    gitIn(ours, 'fetch', '--quiet', other, '+main:refs/remotes/other/main')
    expect(await preview(ours, 'other/main')).toMatchObject({
      conflicts: [],
      settled: [{ entity_id: 'WP01' }],
    })
  })

  it('of a branch without a log, or of this very one, brings nothing; of one that is not there, is refused', async () => {
    const { ours } = await fetched()
    gitIn(ours, 'branch', 'before', 'HEAD')
    gitIn(ours, 'checkout', '--quiet', '--orphan', 'empty')
    gitIn(ours, 'rm', '-r', '--quiet', '--force', '--cached', '.')
    gitIn(ours, 'commit', '--quiet', '--allow-empty', '--message', 'empty')
    expect(await preview(ours, 'empty')).toMatchObject({ new_events: 0, changes: [], conflicts: [] })
    expect(await preview(ours, 'before')).toMatchObject({ new_events: 0 })
    expect((await rejectionOf(preview(ours, 'nowhere'))).kind).toBe('UsageError')
  })
})
