import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Next } from '../../src/core/services/claims/next.js'
import { EditPackage } from '../../src/core/services/packages/edit-package.js'
import { FinalizeTasks } from '../../src/core/services/features/finalize-tasks.js'
import { MoveTask } from '../../src/core/services/moves/move-task.js'
import { NewPackage } from '../../src/core/services/packages/new-package.js'
import { Gates } from '../../src/core/services/packages/gates.js'
import { NoteTask } from '../../src/core/services/packages/note-task.js'
import { TaskQueries } from '../../src/core/services/board/task-queries.js'
import { Undo } from '../../src/core/services/undo/undo.js'
import { RenumberPackage } from '../../src/core/services/renumber/renumber-package.js'
import { by, cloneOf, FEATURE, inProcess, project, pullFrom } from '../support/kitty.js'
import { gitIn } from '../support/temp-repository.js'

/** A project whose packages' files git carries, and a clone of it. */
async function twoClones(): Promise<[ada: string, bob: string]> {
  const ada = await project()
  writeFileSync(join(ada, '.git', 'info', 'exclude'), '')
  gitIn(ada, 'add', '--all')
  gitIn(ada, 'commit', '--quiet', '--message', 'files')
  const bob = await cloneOf(ada)
  return [ada, bob]
}

it('two packages that two clones made under one ID are told apart by renumber', async () => {
  const [ada, bob] = await twoClones()
  for (const [root, actor, title] of [
    [ada, 'ada', 'Send it'],
    [bob, 'bob', 'Bill it'],
  ] as const) {
    const request = { feature: FEATURE, title, after: [], subtasks: [], provenance: by(actor) }
    await inProcess(root, NewPackage, (service) => service.create(request))
    gitIn(root, 'add', '--all')
    gitIn(root, 'commit', '--quiet', '--message', title)
  }
  pullFrom(ada, bob)
  const move = (workPackage: string): Promise<unknown> =>
    inProcess(ada, MoveTask, (service) =>
      service.move({ feature: FEATURE, workPackage, to: 'doing', force: false, provenance: by('ada') }),
    )
  await expect(move('WP04')).rejects.toThrow('2 files')
  const { result } = await inProcess(ada, RenumberPackage, (service) =>
    service.renumber({
      feature: FEATURE,
      workPackage: 'WP04',
      file: 'WP04-bill-it.md',
      provenance: by('ada'),
    }),
  )
  const tasks = `kitty-specs/${FEATURE}/tasks`
  expect(result).toMatchObject({ renumbered: 'WP05', file: `${tasks}/WP05-bill-it.md` })
  expect(existsSync(join(ada, tasks, 'WP04-bill-it.md'))).toBe(false)
  expect(readFileSync(join(ada, result.file), 'utf8')).toContain('work_package_id: WP05\ntitle: Bill it\n')
  await move('WP04')
  await move('WP05')
  const states = await inProcess(ada, MoveTask, ({ store }) => store.workPackages(FEATURE))
  expect(states.result.slice(-2)).toMatchObject([
    { work_package_id: 'WP04', title: 'Send it', collision: [], conflicts: [] },
    { work_package_id: 'WP05', title: 'Bill it', collision: [], conflicts: [] },
  ])
  const again = await inProcess(ada, FinalizeTasks, (service) =>
    service.check({ features: [FEATURE], all: false, provenance: by('ada') }),
  )
  expect(again.result.features[0]).toMatchObject({ created: [], changed: [], behind: [] })
})

it('tells packages apart whose files have the longest names', async () => {
  const [ada, bob] = await twoClones()
  const names = ['send', 'bill'].map((word) => `WP04-${word}-${'x'.repeat(180)}.md`)
  for (const [at, [root, actor]] of [[ada, 'ada'] as const, [bob, 'bob'] as const].entries()) {
    const head = `work_package_id: WP04\ntitle: ${actor}\ndependencies: []\n`
    writeFileSync(join(root, 'kitty-specs', FEATURE, 'tasks', names[at] ?? ''), `---\n${head}---\n`)
    await inProcess(root, FinalizeTasks, (service) =>
      service.finalize({ features: [FEATURE], all: false, provenance: by(actor) }),
    )
    gitIn(root, 'add', '--all')
    gitIn(root, 'commit', '--quiet', '--message', actor)
  }
  pullFrom(ada, bob)
  const { result } = await inProcess(ada, RenumberPackage, (service) =>
    service.renumber({ feature: FEATURE, workPackage: 'WP04', file: names[1] ?? '', provenance: by('ada') }),
  )
  expect(result).toMatchObject({ renumbered: 'WP05' })
})

const TASKS = `kitty-specs/${FEATURE}/tasks`
const BILL = 'WP04-bill-it.md'

/** Two clones made WP04, worked on it, and made a package that waits for it; then ada pulled. */
async function collided(): Promise<string> {
  const [ada, bob] = await twoClones()
  for (const [root, actor, title] of [
    [ada, 'ada', 'Send it'],
    [bob, 'bob', 'Bill it'],
  ] as const) {
    const create = (name: string, after: readonly string[], subtasks: readonly string[]): Promise<unknown> =>
      inProcess(root, NewPackage, (service) =>
        service.create({ feature: FEATURE, title: name, after, subtasks, provenance: by(actor) }),
      )
    await create(title, [], [`${title} soon`])
    if (actor === 'bob') await create('After Bill it', ['WP04'], [])
    else
      await inProcess(root, EditPackage, (service) =>
        service.edit({ feature: FEATURE, workPackage: 'WP03', after: ['WP04'], provenance: by('ada') }),
      )
    await inProcess(root, MoveTask, (service) =>
      service.move({
        feature: FEATURE,
        workPackage: 'WP04',
        to: 'doing',
        force: false,
        provenance: by(actor),
      }),
    )
    const note = { feature: FEATURE, workPackage: 'WP04', text: `by ${actor}`, provenance: by(actor) }
    await inProcess(root, NoteTask, (service) => service.note(note))
    if (actor === 'bob')
      await inProcess(root, Gates, (service) =>
        service.add({ feature: FEATURE, workPackage: 'WP04', type: 'CI_CHECK', provenance: by('bob') }),
      )
    gitIn(root, 'add', '--all')
    gitIn(root, 'commit', '--quiet', '--message', title)
  }
  pullFrom(ada, bob)
  return ada
}

const renumber = (root: string, file = BILL) =>
  inProcess(root, RenumberPackage, (service) =>
    service.renumber({ feature: FEATURE, workPackage: 'WP04', file, provenance: by('ada') }),
  ).then(({ result }) => result)

async function told(root: string): Promise<unknown> {
  const { result } = await inProcess(root, TaskQueries, async (service) =>
    Promise.all(
      ['WP04', 'WP06'].map(async (id) => {
        const one = await service.show(FEATURE, id)
        const { title, lane, actor, gates, notes, marks, dependencies, subtasks } = one
        const conflicts = one.conflicts.length
        const texts = notes.map(({ text }) => text)
        return { title, lane, actor, gates, texts, marks, dependencies, subtasks, conflicts }
      }),
    ),
  )
  return result
}

const APART = [
  {
    title: 'Send it',
    lane: 'doing',
    actor: 'ada',
    gates: { passed: 0, total: 0 },
    texts: ['by ada'],
    subtasks: { done: 0, total: 1 },
    marks: [],
    conflicts: 0,
  },
  {
    title: 'Bill it',
    lane: 'doing',
    actor: 'bob',
    gates: { passed: 0, total: 1 },
    texts: ['by bob'],
    subtasks: { done: 0, total: 1 },
    marks: [],
    conflicts: 0,
  },
]

describe('renumber', () => {
  it('gives each package its own events, gates and dependents, and undo takes none of it back', async () => {
    const ada = await collided()
    const before = await inProcess(ada, Next, (service) =>
      service.list({ features: [FEATURE], provenance: by('eve') }),
    )
    expect(before.result.next.map(({ work_package }) => work_package)).not.toContain('WP04')
    const rows = await inProcess(ada, TaskQueries, (service) => service.list({ feature: FEATURE }))
    const marks = rows.result.find(({ work_package }) => work_package === 'WP04')?.marks
    expect(marks?.map(({ mark }) => mark)).toEqual(['twice'])
    const done = await renumber(ada)
    expect(done).toMatchObject({
      renumbered: 'WP06',
      file: `${TASKS}/WP06-bill-it.md`,
      events: 4,
      unclear: [],
    })
    expect(await told(ada)).toMatchObject(APART)
    const { result } = await inProcess(ada, TaskQueries, (service) => service.list({ feature: FEATURE }))
    const waits = result.filter(({ dependencies }) => dependencies.some((id) => id > 'WP03'))
    expect(waits.map(({ title, dependencies }) => [title, dependencies.at(-1)])).toEqual([
      ['Part WP03', 'WP04'],
      ['After Bill it', 'WP06'],
    ])
    await expect(inProcess(ada, Undo, (service) => service.undo({ provenance: by('ada') }))).rejects.toThrow(
      'undo does not take back',
    )
  })

  it.each<readonly [string, (root: string, old: Buffer) => Promise<void>]>([
    [
      'its copy of the file',
      async (root, old) => {
        const text = old.toString().replace('WP04', 'WP06')
        writeFileSync(join(root, TASKS, 'WP06-bill-it.md'), text)
        return Promise.resolve()
      },
    ],
    [
      'its events',
      async (root, old) => {
        await renumber(root)
        writeFileSync(join(root, TASKS, BILL), old)
      },
    ],
    [
      'the old file was gone',
      async (root) => {
        const waiting = join(root, TASKS, 'WP05-after-bill-it.md')
        const text = readFileSync(waiting)
        writeFileSync(waiting, '---\nnot: [closed\n---\n')
        expect(await renumber(root)).toMatchObject({ followed: [], unclear: ['WP05'] })
        writeFileSync(waiting, text)
      },
    ],
  ])('killed after %s goes on where it ended', async (_, interrupted) => {
    const ada = await collided()
    await interrupted(ada, readFileSync(join(ada, TASKS, BILL)))
    const done = await renumber(ada)
    expect(done).toMatchObject({ renumbered: 'WP06', file: `${TASKS}/WP06-bill-it.md` })
    expect(await told(ada)).toMatchObject(APART)
    expect(existsSync(join(ada, TASKS, BILL))).toBe(false)
    const { result } = await inProcess(ada, TaskQueries, (service) => service.show(FEATURE, 'WP05'))
    expect(result.dependencies).toEqual(['WP06'])
    const count = (await inProcess(ada, MoveTask, ({ store }) => store.wholeLog())).result.length
    expect(await renumber(ada)).toMatchObject({ renumbered: 'WP06' })
    expect((await inProcess(ada, MoveTask, ({ store }) => store.wholeLog())).result).toHaveLength(count)
  })
})
