import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Clone, FEATURE } from '../git/support/definitions.js'
import { logLines } from '../support/log-files.js'
import { preparedRepository } from '../support/prepared-repository.js'
import { documentOf, failureIn, kitty } from '../support/program.js'

const NO_LISTS = 'dependencies: []\nsubtasks: []\n'

const checkOf = async (clone: Clone, name: string): Promise<object | undefined> => {
  const { checks } = documentOf(await clone.kitty('doctor')) as { checks: { name: string }[] }
  return checks.find((check) => check.name === name)
}

describe('files that have gone, and lanes in files, to the program', () => {
  it('are missing, or not checked out where git keeps them out', async () => {
    const ada = await Clone.start({ WP05: NO_LISTS, WP06: NO_LISTS, WP07: NO_LISTS })
    rmSync(join(ada.root, ada.fileOf('WP05')))
    ada.git('sparse-checkout', 'set', '--no-cone', '/*', `!/${ada.fileOf('WP06')}`)
    const board = await ada.board()
    expect(board['WP05']?.marks).toMatchObject([{ mark: 'missing' }])
    expect(board['WP05']?.marks[0]?.text).toContain('kitty cancel')
    expect(board['WP06']?.marks).toMatchObject([{ mark: 'not checked out' }])
    expect(board['WP06']?.marks[0]?.text).not.toContain('cancel')
    expect(board['WP07']?.marks).toEqual([])
    expect(JSON.stringify(await checkOf(ada, 'definitions'))).toContain('WP05')
  })

  it('are left out and counted, content to doctor, and taken over on demand', async () => {
    const ada = await Clone.start({ WP01: NO_LISTS })
    ada.add('WP09', 'lane: done\n')
    ada.add('WP99', 'lane: nirvana\n')
    ada.add('WP100')
    const { warnings } = (await ada.ok('sync')) as { warnings: string[] }
    expect(warnings.join('\n')).toContain('1 lane left out')
    expect(warnings.join('\n')).toContain('nirvana')
    expect(await checkOf(ada, 'front-matter')).toMatchObject({ ok: true })
    expect(Object.keys(await ada.board())).toEqual(['WP01', 'WP09', 'WP99', 'WP100'])
    await ada.ok('sync', '--lanes')
    expect(await ada.board()).toMatchObject({ WP09: { lane: 'done' }, WP99: { lane: 'planned' } })
  })

  it('that the workflow in force lacks are shown as they are, and offered to no one', async () => {
    const ada = await Clone.start({ WP01: NO_LISTS, WP02: NO_LISTS })
    await ada.ok('move', 'WP01', 'doing')
    await ada.ok('review', 'WP01')
    await ada.ok('reject', 'WP01', '--reason', 'slow')
    ada.write('.kittify/config.json', '{"workflow": "reviewed"}\n')
    ada.commit('another workflow')
    const shown = await ada.board()
    expect(shown['WP01']?.lane).toBe('rejected')
    expect((await ada.kitty('status')).stdout).toMatch(/rejected/)
    const ready = JSON.stringify(await ada.ok('ready'))
    expect(ready).toContain('"work_package":"WP02"')
    expect(ready).not.toContain('"work_package":"WP01"')
    expect((await ada.clone('bob').kitty('claim', 'WP01')).code).not.toBe(0)
  })
})

describe('subtasks and times, to the program', () => {
  it('ticks only its own package’s section of tasks.md', async () => {
    const ada = await Clone.start({ WP01: 'subtasks: [T001]\n', WP02: 'subtasks: [T001]\n' })
    const tasks = `kitty-specs/${FEATURE}/tasks.md`
    const text = '# Tasks\n\n## WP01\n\n- [ ] T001 Draw\n\n## WP02\n\n- [ ] T001 Paint\n'
    ada.write(tasks, text)
    await ada.ok('agent', 'tasks', 'mark-status', 't001', '--status', 'done', '--work-package', 'WP01')
    expect(readFileSync(join(ada.root, tasks), 'utf8')).toBe(text.replace('[ ] T001 Draw', '[x] T001 Draw'))
    const missed = await ada.kitty(
      'agent',
      'tasks',
      'mark-status',
      'T001,T009',
      '--status',
      'done',
      '--work-package',
      'WP02',
    )
    expect([missed.code, missed.stdout]).toEqual([2, expect.stringContaining('T009')])
  })

  it('reads what other programs write: times, IDs, and no causation', async () => {
    const ada = await Clone.start({ WP01: NO_LISTS })
    const [, created = ''] = logLines(ada.root)
    const { causation_id, ...event } = JSON.parse(created) as Record<string, unknown>
    expect(causation_id).toBeNull()
    const day = String(event['timestamp']).slice(0, 10)
    const note = { event_type: 'NoteAdded', payload: { feature_slug: FEATURE, text: 'seen' }, parents: [] }
    const others = ['T00:00:00Z', 'T00:00:00.123456+00:00', 'T01:00:00+01:00'].map((time, at) =>
      JSON.stringify({
        ...event,
        ...note,
        event_id: `01TEST${at}`,
        lamport_clock: 10 + at,
        timestamp: `${day}${time}`,
      }),
    )
    ada.write(`.kittify/events/${day}.jsonl`, [...logLines(ada.root), ...others, ''].join('\n'))
    const { notes } = ((await ada.ok('show', 'WP01')) as { work_package: { notes: object[] } }).work_package
    expect(notes).toHaveLength(3)
    expect((await ada.kitty('agent', 'events', 'verify')).code).toBe(0)
  })
})

const ULID8 = (at: number): string =>
  `01KW${at
    .toString(32)
    .toUpperCase()
    .padStart(4, '0')
    .replace(/[ILOU]/g, 'Z')}`

describe('a repository with four hundred features, named in all forms', () => {
  it('has them all on the board, finds each by its names, and writes nothing twice', async () => {
    const repository = await preparedRepository({})
    const { root } = repository
    const numbered = Array.from({ length: 60 }, (_, at) => `${String(at + 1).padStart(3, '0')}-part-${at}`)
    const upper = Array.from({ length: 240 }, (_, at) => `track-parcel-${at}-${ULID8(at)}`)
    const lower = Array.from({ length: 100 }, (_, at) => `send-letter-${at}-${ULID8(500 + at).toLowerCase()}`)
    const all = [...numbered, ...upper, ...lower]
    expect(new Set(all).size).toBe(400)
    for (const slug of all)
      repository.write(
        `kitty-specs/${slug}/tasks/WP01-x.md`,
        `---\nwork_package_id: WP01\ntitle: ${slug}\n---\n`,
      )
    const run = (...args: string[]) => kitty({ cwd: root }, ...args, '--json')
    const finalized = documentOf(await run('agent', 'feature', 'finalize-tasks', '--all'))
    expect((finalized['features'] as object[]).length).toBe(400)
    expect(finalized['skipped']).toEqual([])
    const { features } = documentOf(await run('status')) as { features: { feature: string }[] }
    expect(features.map(({ feature }) => feature).sort()).toEqual([...all].sort())
    for (const [name, slug] of [
      [upper[7], upper[7]],
      [ULID8(7), upper[7]],
      ['track-parcel-7', upper[7]],
      ['send-letter-9', lower[9]],
      ['42', numbered[41]],
      ['part-3', numbered[3]],
    ]) {
      const { work_package } = documentOf(await run('show', `${name ?? ''}/WP01`)) as {
        work_package: { feature: string }
      }
      expect(work_package.feature).toBe(slug)
    }
    expect(failureIn(await run('show', '999/WP01')).kind).toBeDefined()
    expect(documentOf(await run('sync'))).toMatchObject({ events: 0 })
    const verified = await run('agent', 'events', 'verify')
    expect([verified.code, documentOf(verified)['events']]).toEqual([0, 800])
  })
})
