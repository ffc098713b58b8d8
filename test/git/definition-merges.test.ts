import { describe, expect, it } from 'vitest'
import { Clone } from './support/definitions.js'

const NO_LISTS = 'dependencies: []\nsubtasks: []\npriority: 2\n'

/** The front matter of a package, with one title. */
const titled = (ada: Clone, id: string, title: string): string =>
  ada.read(id).replace(/^title: .*$/m, `title: ${title}`)

/** Two clones of one start: each changes these keys of WP01 and syncs. */
async function apart(
  packages: Readonly<Record<string, string>>,
  ours: readonly (readonly [id: string, key: string, value: string])[],
  theirs: typeof ours,
): Promise<{ readonly ada: Clone; readonly bob: Clone }> {
  const ada = await Clone.start(packages)
  const bob = ada.clone('bob')
  for (const [id, key, value] of ours) ada.set(id, key, value)
  for (const [id, key, value] of theirs) bob.set(id, key, value)
  await Promise.all([ada.ok('sync'), bob.ok('sync')])
  return { ada, bob }
}

describe('two branches that change one title', () => {
  it('are a conflict, which resolve settles in the log and in the file, in both clones', async () => {
    const packages = { WP01: NO_LISTS, WP02: NO_LISTS }
    const { ada, bob } = await apart(
      packages,
      [
        ['WP01', 'title', 'X'],
        ['WP02', 'priority', '1'],
      ],
      [
        ['WP01', 'title', 'Y'],
        ['WP02', 'priority', '0'],
      ],
    )
    // The logs meet, and the files do not, as over a hub: nothing that the clones do settles it.
    ada.take(bob)
    bob.take(ada)
    for (const clone of [ada, bob]) {
      await clone.ok('note', 'WP01', 'seen')
      expect(await clone.conflicts()).toEqual(['WP01 title X/Y', 'WP02 priority 0/1'])
    }
    await ada.ok('move', 'WP01', 'WP02', 'doing')
    expect(ada.titles('WP01').sort()).toEqual(['X', 'Y'])
    expect((await ada.conflicts()).length).toBe(2)
    // The file has moved on to a third value, which no one has synced.
    ada.set('WP01', 'title', 'Z')
    await ada.ok('resolve', 'WP01', '--keep', 'X')
    await ada.ok('resolve', 'WP02', '--keep', 'bob')
    expect(await ada.conflicts()).toEqual([])
    expect(ada.read('WP01')).toContain('title: "X"\n')
    expect(ada.read('WP02')).toContain('priority: 0\n')
    expect(await ada.board()).toMatchObject({ WP01: { title: 'X', marks: [] }, WP02: { marks: [] } })
    bob.take(ada)
    expect(await bob.conflicts()).toEqual([])
    expect((await bob.board())['WP01']?.title).toBe('X')
  })

  it.each([
    ['ours', 'X'],
    ['theirs', 'Y'],
    ['neither', 'Z'],
  ])('are settled by the file that git merged by hand to %s', async (_, title) => {
    const { ada, bob } = await apart({ WP01: NO_LISTS }, [['WP01', 'title', 'X']], [['WP01', 'title', 'Y']])
    for (const clone of [ada, bob]) clone.commit(clone.actor)
    ada.merge(bob, { WP01: titled(ada, 'WP01', title) })
    expect(await ada.conflicts()).toEqual(['WP01 title X/Y'])
    await ada.ok('move', 'WP01', 'doing')
    expect(ada.titles('WP01').at(-1)).toBe(title)
    expect(await ada.conflicts()).toEqual([])
    expect((await ada.board())['WP01']).toMatchObject({ title, marks: [] })
  })

  it('to the same are no conflict, and lists are merged by element', async () => {
    const lists = 'dependencies: []\nsubtasks: [T001]\n'
    const { ada, bob } = await apart(
      { WP01: lists, WP02: lists, WP03: lists },
      [
        ['WP01', 'title', 'X'],
        ['WP01', 'subtasks', '[T001, T002]'],
        ['WP01', 'dependencies', '[WP02]'],
      ],
      [
        ['WP01', 'title', 'X'],
        ['WP01', 'subtasks', '[T003]'],
        ['WP01', 'dependencies', '[WP03]'],
      ],
    )
    ada.take(bob)
    expect(await ada.conflicts()).toEqual([])
    const { work_package } = (await ada.ok('show', 'WP01')) as {
      work_package: { dependencies: string[]; subtasks_list: { id: string }[] }
    }
    expect(work_package.dependencies).toEqual(['WP02', 'WP03'])
    expect(work_package.subtasks_list.map(({ id }) => id)).toEqual(['T002', 'T003'])
  })
})

describe('two clones that claim WP01, and pull', () => {
  it.each([
    ['ada and bob', 'bob', [], [], ['WP01 status doing/doing']],
    ['ada in two sessions', 'ada', ['--session', 's1'], ['--session', 's2'], ['WP01 status doing/doing']],
    ['ada without a session', 'ada', [], [], []],
  ] as const)('%s', async (_, other, ours, theirs, conflicts) => {
    const ada = await Clone.start({ WP01: NO_LISTS })
    const there = ada.clone(other)
    await Promise.all([ada.ok('claim', 'WP01', ...ours), there.ok('claim', 'WP01', ...theirs)])
    for (const clone of [ada, there]) clone.commit('claim')
    ada.merge(there)
    expect(await ada.conflicts()).toEqual(conflicts)
  })

  it('three clones: each holder is named, and resolve says who has it', async () => {
    const ada = await Clone.start({ WP01: NO_LISTS })
    const others = ['bob', 'eve'].map((name) => ada.clone(name))
    for (const clone of [ada, ...others]) await clone.ok('claim', 'WP01')
    for (const other of others) ada.take(other)
    expect(await ada.conflicts()).toEqual(['WP01 status doing/doing/doing'])
    const { stdout } = await ada.kitty('conflicts')
    for (const name of ['ada', 'bob', 'eve']) expect(stdout).toContain(`"actor":"${name}"`)
    await ada.ok('resolve', 'WP01', '--keep', 'eve')
    expect(await ada.conflicts()).toEqual([])
    expect(await ada.board()).toMatchObject({ WP01: { lane: 'doing', actor: 'eve' } })
  })
})

describe('cycles', () => {
  it('that a merge makes are named by board and doctor, and no package in one is offered', async () => {
    const packages = { WP01: NO_LISTS, WP02: NO_LISTS, WP03: NO_LISTS }
    const { ada, bob } = await apart(
      packages,
      [['WP01', 'dependencies', '[WP02]']],
      [['WP02', 'dependencies', '[WP01]']],
    )
    for (const clone of [ada, bob]) clone.commit('half of a cycle')
    ada.merge(bob)
    const board = await ada.board()
    for (const id of ['WP01', 'WP02']) expect(board[id]?.marks).toMatchObject([{ mark: 'cycle' }])
    expect(board['WP01']?.marks[0]?.text).toContain('WP01 → WP02 → WP01')
    expect(board['WP03']?.marks).toEqual([])
    expect(JSON.stringify(await ada.ok('ready'))).not.toMatch(/"work_package":"WP0[12]"/)
    expect((await ada.kitty('doctor')).stdout).toContain('WP01 → WP02 → WP01')
    expect(await ada.refused('move', 'WP01', 'doing')).toContain('WP02')
    // Another half is refused where it would be written.
    ada.set('WP03', 'dependencies', '[WP03]')
    expect(await ada.refused('sync')).toContain('WP03')
  })

  it('are refused where resolve would close one', async () => {
    const ada = await Clone.start({ WP01: NO_LISTS })
    const bob = ada.clone('bob')
    ada.add('WP02', 'dependencies: [WP03]\n')
    ada.add('WP03')
    bob.add('WP02')
    bob.add('WP03', 'dependencies: [WP02]\n')
    bob.set('WP02', 'title', 'B')
    await Promise.all([ada.ok('sync'), bob.ok('sync')])
    ada.take(bob)
    // One of the two ways to settle it would keep both halves.
    const [kept] = ada.events('WPCreated', 'WP02')
    expect(await ada.refused('resolve', 'WP02', '--keep', kept?.event_id ?? '')).toContain(
      'WP02 → WP03 → WP02',
    )
    expect(ada.events('WPCreated')).toHaveLength(5)
  })
})
