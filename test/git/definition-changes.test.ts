import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Clone, FEATURE } from './support/definitions.js'

const LISTS = 'dependencies: []\nsubtasks: [T001]\n'

describe('a changed file, to the program', () => {
  it('counts for the next move, with and without sync, and not for a note', async () => {
    const ada = await Clone.start({ WP01: LISTS, WP02: LISTS, WP03: LISTS })
    ada.set('WP02', 'dependencies', '[WP01]')
    await ada.ok('note', 'WP02', 'seen')
    expect(ada.events('WPChanged')).toEqual([])
    expect(await ada.refused('move', 'WP02', 'doing')).toContain('DependencyValidationError')
    expect(ada.events('WPChanged')).toEqual([])
    await ada.ok('sync')
    expect(await ada.refused('move', 'WP02', 'doing')).toContain('DependencyValidationError')
    ada.set('WP02', 'dependencies', '[]')
    await ada.ok('move', 'WP02', 'WP03', 'doing')
    expect(ada.events('WPChanged', 'WP02')).toHaveLength(2)
    // A subtask that comes to it in work keeps it from review; one that has gone does not.
    ada.set('WP02', 'subtasks', '[T001, T009]')
    ada.set('WP03', 'subtasks', '[]')
    await ada.ok('tick', 'WP02', 'T001')
    expect(await ada.refused('move', 'WP02', 'for_review')).toMatch(/T009/)
    await ada.ok('move', 'WP03', 'for_review')
  })

  it('brings the new packages that it waits for with it, and those that they wait for', async () => {
    const ada = await Clone.start({ WP01: LISTS, WP02: LISTS })
    ada.add('WP07', 'dependencies: [WP08]\n')
    ada.add('WP08')
    ada.add('WP09')
    ada.set('WP02', 'dependencies', '[WP07]')
    expect(await ada.refused('move', 'WP02', 'doing')).toContain('WP07')
    await ada.ok('move', 'WP02', 'doing', '--force', '--reason', 'begun before')
    const order = ada.events().filter(({ event_type }) => event_type.startsWith('WP'))
    expect(order.map(({ event_type, entity_id }) => `${event_type} ${entity_id}`).slice(2)).toEqual([
      'WPCreated WP07',
      'WPCreated WP08',
      'WPChanged WP02',
      'WPStatusChanged WP02',
    ])
  })

  it('is on the board after the next write or sync, and --at shows the old one', async () => {
    const ada = await Clone.start({ WP01: LISTS, WP02: LISTS })
    const before = ada.git('rev-parse', 'HEAD').trim()
    for (const id of ['WP01', 'WP02']) ada.set(id, 'title', 'B')
    expect((await ada.board())['WP01']).toMatchObject({ title: 'A', marks: [{ mark: 'changed' }] })
    await ada.ok('move', 'WP01', 'doing')
    await ada.ok('sync')
    ada.commit('B')
    expect(await ada.board()).toMatchObject({
      WP01: { title: 'B', marks: [] },
      WP02: { title: 'B', marks: [] },
    })
    expect(await ada.board('--at', before)).toMatchObject({ WP01: { title: 'A' }, WP02: { title: 'A' } })
  })
})

describe('a value that the log had before, to the program', () => {
  it('is changed where both were committed and the file goes back by an editor or a revert', async () => {
    const ada = await Clone.start({ WP01: LISTS, WP02: LISTS, WP03: LISTS })
    ada.set('WP01', 'title', 'B')
    ada.set('WP03', 'subtasks', '[T001, T002]')
    await ada.ok('sync')
    ada.commit('B')
    ada.set('WP02', 'title', 'B')
    await ada.ok('sync')
    ada.commit('B too')
    ada.git('revert', '--no-edit', 'HEAD', '--no-commit')
    ada.git('checkout', '--quiet', 'HEAD', '--', '.kittify')
    ada.commit('Revert')
    ada.set('WP01', 'title', 'A')
    ada.set('WP03', 'subtasks', '[T001]')
    await ada.ok('move', 'WP01', 'WP02', 'WP03', 'doing')
    expect([ada.titles('WP01'), ada.titles('WP02')]).toEqual([
      ['B', 'A'],
      ['B', 'A'],
    ])
    expect(ada.events('WPChanged', 'WP03').at(-1)?.payload['subtasks']).toMatchObject({
      removed: [{ id: 'T002' }],
    })
  })

  it('is changed where it was not committed and goes back by an editor or git restore', async () => {
    const ada = await Clone.start({ WP01: LISTS, WP02: LISTS, WP03: LISTS, WP04: LISTS })
    for (const id of ['WP01', 'WP02', 'WP03', 'WP04']) ada.set(id, 'title', 'B')
    await ada.ok('sync')
    ada.set('WP01', 'title', 'A')
    ada.git('restore', ada.fileOf('WP02'))
    await ada.ok('move', 'WP01', 'WP02', 'doing')
    expect([ada.titles('WP01'), ada.titles('WP02')]).toEqual([
      ['B', 'A'],
      ['B', 'A'],
    ])
    // Without the private note git alone is asked, and it never saw B.
    for (const id of ['WP03', 'WP04']) ada.git('restore', ada.fileOf(id))
    rmSync(join(ada.root, '.git', 'kitty', 'synced'), { recursive: true })
    await ada.ok('move', 'WP03', 'doing')
    expect(ada.titles('WP03')).toEqual(['B'])
    const { marks } = (await ada.board())['WP03'] ?? { marks: [] }
    expect(marks).toMatchObject([{ mark: 'behind' }])
    const [change] = ada.events('WPChanged', 'WP03')
    expect(marks[0]?.text).toContain(`the log went on (ada at ${change?.timestamp ?? ''})`)
    expect(marks[0]?.text).toContain(`kitty sync --take ${FEATURE}/WP03`)
    expect(marks[0]?.text).toContain(`kitty sync --write ${FEATURE}/WP03`)
    // Either side can be said to count.
    await ada.ok('sync', FEATURE, '--take', 'WP03', '--write', 'WP04')
    expect(ada.titles('WP03')).toEqual(['B', 'A'])
    expect(ada.read('WP04')).toContain('title: "B"\n')
  })

  it('is behind after a checkout of an older commit, and where the log alone went on', async () => {
    const ada = await Clone.start({ WP01: LISTS, WP02: LISTS })
    const bob = ada.clone('bob')
    ada.set('WP01', 'title', 'B')
    await ada.ok('sync')
    ada.commit('B', 'kitty-specs')
    ada.git('checkout', '--quiet', 'HEAD~1')
    await ada.ok('move', 'WP01', 'doing')
    expect(ada.titles('WP01')).toEqual(['B'])
    expect((await ada.board())['WP01']?.marks).toMatchObject([{ mark: 'behind' }])
    bob.take(ada)
    await bob.ok('review', 'WP01', '--force', '--reason', 'a test')
    expect(bob.titles('WP01')).toEqual(['B'])
    expect((await bob.board())['WP01']).toMatchObject({ title: 'B', marks: [{ mark: 'behind' }] })
  })

  it('is behind element by element: what a hub brought stays, what the file added comes', async () => {
    const ada = await Clone.start({ WP01: 'subtasks: [T001, T002]\ndependencies: []\n', WP02: LISTS })
    const bob = ada.clone('bob')
    ada.set('WP01', 'subtasks', '[T001, T002, T003]')
    ada.set('WP01', 'dependencies', '[WP02]')
    await ada.ok('sync')
    bob.take(ada)
    bob.set('WP01', 'subtasks', '[T001, T002, T004]')
    expect(await bob.refused('move', 'WP01', 'doing')).toContain('DependencyValidationError')
    await bob.ok('sync')
    const { work_package } = (await bob.ok('show', 'WP01')) as {
      work_package: { subtasks_list: { id: string }[]; dependencies: unknown; marks: { text: string }[] }
    }
    expect(work_package.subtasks_list.map(({ id }) => id).sort()).toEqual(['T001', 'T002', 'T003', 'T004'])
    expect(work_package.dependencies).toEqual(['WP02'])
    expect(JSON.stringify(work_package.marks)).toContain('T003')
  })
})
