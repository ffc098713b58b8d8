import { cpSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { LogEvent, NewEvent } from '../../../src/core/events-lib.js'
import { isKittyError } from '../../../src/core/errors/kitty-error.js'
import { Conflicts } from '../../../src/core/services/conflicts/conflicts.js'
import { FinalizeTasks } from '../../../src/core/services/features/finalize-tasks.js'
import { MarkSubtasks } from '../../../src/core/services/packages/mark-subtasks.js'
import { MoveTask } from '../../../src/core/services/moves/move-task.js'
import { NoteTask } from '../../../src/core/services/packages/note-task.js'
import { Status } from '../../../src/core/services/board/status.js'
import { TaskQueries } from '../../../src/core/services/board/task-queries.js'
import { SyncFiles } from '../../../src/core/services/features/sync-files.js'
import { EventStore } from '../../../src/core/store/event-store.js'
import { by, FEATURE, Project } from '../../support/project.js'
import { gitIn } from '../../support/temp-repository.js'

const FILE = `kitty-specs/${FEATURE}/tasks/WP01-part.md`

class Definitions extends Project {
  async start(): Promise<this> {
    this.write('.gitattributes', '.kittify/events/*.jsonl merge=union\n')
    this.write('.kittify/.gitignore', 'events/index.db*\nclock.json\n')
    await this.withPackages({ WP01: { subtasks: ['T001', 'T002'] }, WP02: {} })
    this.commit('start')
    return this
  }

  commit(message: string): void {
    gitIn(this.root, 'add', '--all')
    gitIn(this.root, 'commit', '--quiet', '--allow-empty', '--message', message)
  }

  /** The log stays as it is in the work tree. */
  commitFiles(message: string): void {
    gitIn(this.root, 'commit', '--quiet', '--message', message, 'kitty-specs')
  }

  edit(from: string | RegExp, to: string, file = FILE): void {
    const before = this.read(file)
    const after = before.replace(from, to)
    if (after === before) throw new Error(`${String(from)} is not in ${before}`)
    this.write(file, after)
  }

  title(text: string, file = FILE): void {
    this.edit(/^title: .*$/m, `title: ${text}`, file)
  }

  /** The kind of the refusal, or undefined. */
  async move(to: string, workPackage = 'WP01', force = false): Promise<string | undefined> {
    return this.refusal(async (services) => {
      const move = await services.get(MoveTask)
      const reason = force ? 'a test' : undefined
      await move.move({ feature: FEATURE, workPackage, to, force, reason, provenance: by('ada') })
    })
  }

  async refusal(work: Parameters<Project['use']>[0]): Promise<string | undefined> {
    try {
      await this.use(work)
      return undefined
    } catch (error) {
      if (isKittyError(error)) return `${error.kind}: ${error.message}`
      throw error
    }
  }

  async events(type: string, id = 'WP01'): Promise<LogEvent[]> {
    return this.use(async (services) => {
      const store = await services.get(EventStore)
      const history = await store.history(FEATURE, id)
      return history.filter((event) => event.event_type === type)
    })
  }

  async emit(...drafts: NewEvent[]): Promise<void> {
    await this.use(async (services) => (await services.get(EventStore)).emit(drafts, by('bob')))
  }

  async sync(request: { take?: string[]; write?: string[]; lanes?: boolean; check?: boolean } = {}) {
    const { take = [], write = [], lanes = false, check = false } = request
    return this.use(async (services) => {
      const service = await services.get(SyncFiles)
      const result = await service.sync({
        features: [FEATURE],
        check,
        lanes,
        take,
        write,
        provenance: by('ada'),
      })
      return { ...result, warnings: await services.warnings() }
    })
  }

  async state(id = 'WP01') {
    return this.use(async (services) => (await services.get(EventStore)).workPackage(FEATURE, id))
  }

  /** Another clone, as it is now. */
  copy(): Definitions {
    const other = new Definitions()
    rmSync(other.root, { recursive: true })
    cpSync(this.root, other.root, { recursive: true })
    for (const name of readdirSync(other.path('.kittify', 'events')))
      if (name.startsWith('index.db')) rmSync(other.path('.kittify', 'events', name))
    rmSync(other.path('.git', 'kitty'), { recursive: true, force: true })
    return other
  }

  /** Takes in what the other clone's log has, and nothing of its files, as a hub does. */
  take(other: Definitions): void {
    for (const name of readdirSync(other.path('.kittify', 'events')).filter((one) =>
      one.endsWith('.jsonl'),
    )) {
      const path = `.kittify/events/${name}`
      const own = new Set(this.read(path).split('\n'))
      const missing = other
        .read(path)
        .split('\n')
        .filter((line) => !own.has(line))
      this.write(path, `${this.read(path)}${missing.map((line) => `${line}\n`).join('')}`)
    }
  }

  /** Merges the other clone's commits. @param text what becomes of the package's file where it clashes */
  merge(other: Definitions, text?: (ours: string) => string): void {
    gitIn(this.root, 'fetch', '--quiet', other.root, 'main')
    const ours = this.read(FILE)
    try {
      gitIn(this.root, 'merge', '--quiet', '--no-edit', 'FETCH_HEAD')
    } catch {
      this.write(FILE, text === undefined ? ours : text(ours))
      this.commit('merged')
    }
  }

  async conflicts(): Promise<string[]> {
    return this.use(async (services) => {
      const open = await (await services.get(Conflicts)).list(FEATURE, false)
      return open.map(
        (one) =>
          `${one.entity_id} ${one.register} ${one.events
            .map(({ value }) => String(value))
            .sort()
            .join('/')}`,
      )
    })
  }

  forgetNotes(): void {
    rmSync(join(this.root, '.git', 'kitty', 'synced'), { recursive: true })
  }
}

const changed = (part: object): unknown =>
  expect.objectContaining({ payload: expect.objectContaining(part) as unknown })

let demo: Definitions
beforeEach(async () => {
  demo = await new Definitions().start()
})

describe('a changed file', () => {
  it('is synced by the move, in front of it, and judged as it is now', async () => {
    demo.edit('dependencies: []', 'dependencies: [WP02]')
    const refused = await demo.move('doing')
    expect(refused).toContain('DependencyValidationError')
    expect(refused).toContain('dependencies +WP02')
    expect(await demo.events('WPChanged')).toEqual([])
    demo.edit('dependencies: [WP02]', 'dependencies: []')
    demo.title('Another')
    expect(await demo.move('doing')).toBeUndefined()
    const [change, ...others] = await demo.events('WPChanged')
    const [move] = await demo.events('WPStatusChanged')
    expect(others).toEqual([])
    expect(change).toMatchObject({
      actor: 'ada',
      timestamp: move?.timestamp,
      payload: {
        title: { old: 'Part WP01', new: 'Another' },
        source: { commit: null, author: null },
      },
    })
    expect(move?.parents).toEqual([change?.event_id])
  })

  it('is synced by kitty sync, and refuses the next move', async () => {
    demo.edit('dependencies: []', 'dependencies: [WP02]')
    expect((await demo.sync()).features[0]?.changed).toHaveLength(1)
    expect(await demo.events('WPChanged')).toEqual([
      changed({ dependencies: { added: ['WP02'], removed: [] } }),
    ])
    expect(await demo.move('doing')).toContain('DependencyValidationError')
    expect((await demo.sync()).events).toBe(0)
  })

  it('is left alone by a note', async () => {
    demo.title('Another')
    await demo.use(async (services) =>
      (await services.get(NoteTask)).note({
        feature: FEATURE,
        workPackage: 'WP01',
        text: 'x',
        provenance: by('ada'),
      }),
    )
    expect(await demo.events('WPChanged')).toEqual([])
  })

  it('names the commit that it is as in', async () => {
    demo.title('Another')
    demo.commit('title')
    await demo.sync()
    const commit = demo.git('rev-parse', 'HEAD').trim()
    expect(await demo.events('WPChanged')).toEqual([changed({ source: { commit, author: 'Ada' } })])
  })

  it('whose key is known is not read again', async () => {
    const request = {
      feature: FEATURE,
      workPackage: 'WP01',
      to: 'doing',
      force: false,
      provenance: by('ada', 'key-1'),
    }
    const once = async () => demo.use(async (services) => (await services.get(MoveTask)).move(request))
    demo.title('Another')
    const first = await once()
    expect(await demo.events('WPChanged')).toEqual([expect.objectContaining({ causation_id: null })])
    demo.title('A third')
    expect((await once()).event.event_id).toBe(first.event.event_id)
    expect(await demo.events('WPChanged')).toHaveLength(1)
  })
})

describe('a value that the log had before', () => {
  beforeEach(async () => {
    demo.title('B')
    await demo.sync()
  })

  it('is changed where both are committed and the file is edited back', async () => {
    demo.commit('B')
    demo.title('Part WP01')
    expect(await demo.move('doing')).toBeUndefined()
    expect((await demo.events('WPChanged')).at(-1)).toEqual(
      changed({ title: { old: 'B', new: 'Part WP01' } }),
    )
  })

  it('is changed where a revert set it back', async () => {
    demo.commit('B')
    demo.git('revert', '--no-edit', 'HEAD')
    expect(await demo.move('doing')).toBeUndefined()
    expect((await demo.state())?.title).toBe('Part WP01')
  })

  it('is changed where it was never committed and git restored the file; behind without the private note', async () => {
    demo.git('checkout', '--', FILE)
    demo.forgetNotes()
    const check = await demo.sync({ check: true })
    expect(check.features[0]).toMatchObject({ changed: [], behind: [{ work_package: 'WP01' }] })
    expect((await demo.state())?.title).toBe('B')
  })

  it('is changed where git restored what was not committed', async () => {
    demo.git('checkout', '--', FILE)
    expect(await demo.move('doing')).toBeUndefined()
    expect((await demo.state())?.title).toBe('Part WP01')
  })

  it('is behind after a checkout of an older commit, until --take or --write says which counts', async () => {
    demo.commitFiles('B')
    demo.git('checkout', '--quiet', 'HEAD~1')
    expect(await demo.move('doing')).toBeUndefined()
    expect(await demo.events('WPChanged')).toHaveLength(1)
    expect((await demo.sync({ take: ['WP01'] })).features[0]?.changed).toHaveLength(1)
    expect((await demo.state())?.title).toBe('Part WP01')
  })

  it('is written into the file by --write, and nothing else of the file changes', async () => {
    demo.commitFiles('B')
    demo.git('checkout', '--quiet', 'HEAD~1')
    const before = demo.read(FILE)
    const { written } = await demo.sync({ write: ['WP01'] })
    expect(written).toMatchObject([{ work_package: 'WP01', file: FILE, registers: ['title'], problem: null }])
    expect(demo.read(FILE)).toBe(before.replace('title: Part WP01', 'title: "B"'))
    expect((await demo.sync()).events).toBe(0)
  })
})

describe('lists', () => {
  it('merge by element: what the file never had stays', async () => {
    await demo.emit({
      event_type: 'WPChanged',
      entity_id: 'WP01',
      entity_type: 'WorkPackage',
      payload: {
        feature_slug: FEATURE,
        work_package_id: 'WP01',
        subtasks: { added: ['T003'], removed: [] },
        source: { commit: null, author: null },
      },
    })
    demo.edit('subtasks: [T001, T002]', 'subtasks: [T001, T002, T004]')
    expect(await demo.move('doing')).toBeUndefined()
    expect((await demo.state())?.subtasks.map(({ id }) => id)).toEqual(['T001', 'T002', 'T003', 'T004'])
    expect((await demo.sync({ check: true })).features[0]?.behind).toMatchObject([
      { differences: [{ register: 'subtasks', element: 'T003' }] },
    ])
  })

  it('lose what was taken out of the file', async () => {
    demo.edit('subtasks: [T001, T002]', 'subtasks: [T002]')
    expect(await demo.move('doing')).toBeUndefined()
    expect((await demo.state())?.subtasks.map(({ id }) => id)).toEqual(['T002'])
  })

  it('a subtask that is added in work keeps the package from review, and can be marked', async () => {
    expect(await demo.move('doing')).toBeUndefined()
    demo.edit('subtasks: [T001, T002]', 'subtasks: [T001, T002, T009]')
    await demo.use(async (services) =>
      (await services.get(MarkSubtasks)).mark({
        feature: FEATURE,
        subtasks: ['t001', 'T002'],
        done: true,
        provenance: by('ada'),
      }),
    )
    expect(await demo.move('for_review')).toContain('T009')
    await demo.use(async (services) =>
      (await services.get(MarkSubtasks)).mark({
        feature: FEATURE,
        subtasks: ['T009'],
        done: true,
        provenance: by('ada'),
      }),
    )
    expect(await demo.move('for_review')).toBeUndefined()
  })
})

describe('new packages', () => {
  const write = (id: string, keys: string) => {
    demo.write(`kitty-specs/${FEATURE}/tasks/${id}-new.md`, `---\ntitle: ${id}\n${keys}---\n`)
  }

  it('come first where a package comes to depend on them', async () => {
    write('WP07', 'dependencies: [WP08]\n')
    write('WP08', '')
    write('WP09', '')
    demo.edit('dependencies: []', 'dependencies: [WP07]')
    expect(await demo.move('doing', 'WP01', true)).toBeUndefined()
    expect(await demo.events('WPCreated', 'WP07')).toHaveLength(1)
    expect(await demo.events('WPCreated', 'WP08')).toHaveLength(1)
    expect(await demo.events('WPCreated', 'WP09')).toEqual([])
  })

  it('may be claimed without being synced before', async () => {
    write('WP07', '')
    expect(await demo.move('doing', 'WP07')).toBeUndefined()
    expect(await demo.state('WP07')).toMatchObject({ created: true, lane: 'doing' })
  })
})

describe('what cannot be synced', () => {
  it('refuses the move, with file and line', async () => {
    demo.edit('title: Part WP01', 'title: a: b')
    expect(await demo.move('doing')).toMatch(/WP01-part\.md, line 3: put the title in quotes/)
  })

  it('is a second file of one id, which leaves notes alone', async () => {
    demo.write(`kitty-specs/${FEATURE}/tasks/WP01-other.md`, '---\ntitle: x\n---\n')
    expect(await demo.move('doing')).toMatch(/^ValidationError: .*WP01-other\.md.*WP01-part\.md/)
    demo.title('B', `kitty-specs/${FEATURE}/tasks/WP02-part.md`)
    expect(
      await demo.refusal(async (services) => {
        const service = await services.get(SyncFiles)
        await service.sync({
          features: [],
          check: false,
          lanes: false,
          take: [],
          write: [],
          provenance: by('ada'),
        })
      }),
    ).toContain('WP01-other.md')
    expect((await demo.state('WP02'))?.title).toBe('B')
  })

  it('is a cycle, or a dependency that no package has', async () => {
    demo.edit('dependencies: []', 'dependencies: [WP02]')
    await demo.sync()
    demo.edit('dependencies: []', 'dependencies: [WP01]', `kitty-specs/${FEATURE}/tasks/WP02-part.md`)
    expect(await demo.move('doing', 'WP02')).toContain('WP01 → WP02 → WP01')
    demo.edit('dependencies: [WP01]', 'dependencies: [WP33]', `kitty-specs/${FEATURE}/tasks/WP02-part.md`)
    expect(await demo.move('doing', 'WP02')).toContain('WP02 depends on WP33')
  })

  it('is a title that holds a secret, or is longer than a board', async () => {
    demo.title(`AKIA${'A'.repeat(16)}`)
    expect(await demo.move('doing')).toMatch(/line 3: it holds what looks like an AWS access key/)
  })
})

describe('lanes of a folder', () => {
  it('are left out and named, and taken over on demand', async () => {
    demo.edit('lane: planned', 'lane: done')
    demo.edit('lane: planned', 'lane: nirvana', `kitty-specs/${FEATURE}/tasks/WP02-part.md`)
    const { warnings } = await demo.sync()
    expect(warnings.join('\n')).toContain('1 lane left out')
    expect(warnings.join('\n')).toContain('"nirvana"')
    await demo.sync({ lanes: true })
    expect(await demo.events('WPStatusChanged')).toEqual([
      changed({ new_status: 'done', force: true, reason: `taken over from ${FILE}` }),
    ])
    expect((await demo.sync({ lanes: true })).events).toBe(0)
  })
})

describe('two clones', () => {
  let other: Definitions

  /** Each changes the title and syncs it; each commits. */
  async function contend(): Promise<void> {
    other = demo.copy()
    demo.title('X')
    other.title('Y')
    for (const clone of [demo, other]) {
      await clone.sync()
      clone.commit('a title')
    }
  }

  it('keep the conflict where only their logs have met, whatever is noted and moved', async () => {
    await contend()
    demo.take(other)
    other.take(demo)
    for (const clone of [demo, other]) {
      expect(await clone.conflicts()).toEqual(['WP01 title X/Y'])
      expect(await clone.move('doing')).toBeUndefined()
      expect(await clone.conflicts()).toEqual(['WP01 title X/Y'])
      expect(await clone.events('WPChanged')).toHaveLength(2)
    }
  })

  it('settle it with a file that says something of its own', async () => {
    await contend()
    demo.take(other)
    demo.title('X · Y · Z')
    expect(await demo.move('doing')).toBeUndefined()
    expect(await demo.conflicts()).toEqual([])
    expect((await demo.state())?.title).toBe('X · Y · Z')
    expect((await demo.events('WPChanged')).at(-1)?.parents).toHaveLength(2)
  })

  it.each(['X', 'Y'])('settle it with the file that git has merged: %s', async (kept) => {
    await contend()
    demo.merge(other, (ours) => ours.replace('title: X', `title: ${kept}`))
    expect(await demo.conflicts()).toEqual(['WP01 title X/Y'])
    expect(await demo.move('doing')).toBeUndefined()
    expect(await demo.conflicts()).toEqual([])
    expect((await demo.state())?.title).toBe(kept)
  })

  it('settle it by conflicts resolve, which the file follows', async () => {
    await contend()
    demo.take(other)
    demo.title('Z')
    const x = (await demo.events('WPChanged')).find((event) => JSON.stringify(event.payload).includes('"X"'))
    await demo.use(async (services) => {
      const service = await services.get(Conflicts)
      const keep = x?.event_id ?? ''
      const answer = await service.resolve({
        feature: FEATURE,
        entity: 'WP01',
        keep,
        register: undefined,
        provenance: by('ada'),
      })
      expect(answer).toMatchObject({ register: 'title', value: 'X', file: FILE })
    })
    expect(await demo.conflicts()).toEqual([])
    expect(demo.read(FILE)).toContain('title: "X"')
    expect((await demo.sync()).events).toBe(0)
  })

  it('leave the file behind where only the log went on', async () => {
    other = demo.copy()
    other.title('B')
    await other.sync()
    demo.take(other)
    expect(await demo.move('doing')).toBeUndefined()
    expect((await demo.state())?.title).toBe('B')
    expect((await demo.sync({ check: true })).features[0]?.behind).toMatchObject([{ work_package: 'WP01' }])
  })

  it('that add subtasks have both', async () => {
    other = demo.copy()
    demo.edit('[T001, T002]', '[T001, T002, T003]')
    other.edit('[T001, T002]', '[T001, T002, T004]')
    await demo.sync()
    await other.sync()
    demo.take(other)
    const ids = (await demo.state())?.subtasks.map(({ id }) => id)
    expect(ids?.sort()).toEqual(['T001', 'T002', 'T003', 'T004'])
    expect(await demo.conflicts()).toEqual([])
  })

  it('that each add one half of a cycle are told, and neither package is offered', async () => {
    other = demo.copy()
    demo.edit('dependencies: []', 'dependencies: [WP02]')
    other.edit('dependencies: []', 'dependencies: [WP01]', `kitty-specs/${FEATURE}/tasks/WP02-part.md`)
    await demo.sync()
    await other.sync()
    demo.merge(other)
    demo.take(other)
    await demo.use(async (services) => {
      const queries = await services.get(TaskQueries)
      const cycle = (await queries.list({ feature: FEATURE }))
        .flatMap(({ marks }) => marks)
        .filter(({ mark }) => mark === 'cycle')
      expect(cycle).toHaveLength(2)
      expect(cycle[0]?.text).toContain('WP01 → WP02 → WP01')
      expect(await queries.ready([FEATURE])).toEqual([])
    })
  })
})

describe('marks', () => {
  const marks = async () =>
    demo.use(async (services) => {
      const { features } = await (await services.get(Status)).board(FEATURE)
      const packages = features.flatMap(({ lanes }) => Object.values(lanes).flat())
      return Object.fromEntries(packages.map((one) => [one.work_package, one.marks.map(({ mark }) => mark)]))
    })

  it('are none where file and log say the same', async () => {
    expect(await marks()).toEqual({ WP01: [], WP02: [] })
  })

  it('tell changed, new and missing, and write no event', async () => {
    demo.title('Another')
    demo.write(`kitty-specs/${FEATURE}/tasks/WP07-new.md`, '---\ntitle: New\n---\n')
    rmSync(demo.path(`kitty-specs/${FEATURE}/tasks/WP02-part.md`))
    expect(await marks()).toEqual({ WP01: ['changed'], WP02: ['missing'], WP07: ['new'] })
    await demo.use(async (services) => {
      const [feature] = (await (await services.get(Status)).board(FEATURE)).features
      expect(feature?.progress.total).toBe(2)
      expect(feature?.lanes['planned']?.map((one) => one.title)).toEqual(['Part WP01', 'Part WP02', 'New'])
      const ready = await (await services.get(TaskQueries)).ready([FEATURE])
      expect(ready.map((one) => one.work_package)).toEqual(['WP01', 'WP02'])
    })
    expect(await demo.events('WPChanged')).toEqual([])
  })

  it('tell what git keeps out of the work tree from what is gone', async () => {
    demo.git('sparse-checkout', 'set', '--no-cone', '/*', `!/kitty-specs/${FEATURE}/tasks/WP02-part.md`)
    expect(await marks()).toEqual({ WP01: [], WP02: ['not checked out'] })
  })

  it('name two files of one id, and a file that cannot be read', async () => {
    demo.write(`kitty-specs/${FEATURE}/tasks/WP01-other.md`, '---\ntitle: x\n---\n')
    demo.title('a: b', `kitty-specs/${FEATURE}/tasks/WP02-part.md`)
    expect(await marks()).toEqual({ WP01: ['twice'], WP02: ['unreadable'] })
  })

  it('name another definition in the worktree that asks', async () => {
    demo.git('worktree', 'add', '--quiet', '.worktrees/x')
    const copy = `.worktrees/x/${FILE}`
    demo.title('Elsewhere', copy)
    await demo.use(
      async (services) => {
        const page = await (await services.get(TaskQueries)).show(FEATURE, 'WP01')
        expect(page.marks).toMatchObject([{ mark: 'elsewhere' }])
        expect(page.title).toBe('Part WP01')
      },
      [],
      '.worktrees/x',
    )
  })

  it('show a feature that has files and no event', async () => {
    demo.write('kitty-specs/002-next/tasks/WP01-a.md', '---\ntitle: A\n---\n')
    await demo.use(async (services) => {
      const { features } = await (await services.get(Status)).board()
      expect(features.map(({ feature, progress }) => [feature, progress.total])).toEqual([
        [FEATURE, 2],
        ['002-next', 0],
      ])
    })
  })
})

describe('finalize-tasks', () => {
  it('takes over what was changed, too', async () => {
    demo.title('B')
    await demo.use(async (services) =>
      (await services.get(FinalizeTasks)).finalize({
        features: [FEATURE],
        all: false,
        provenance: by('ada'),
      }),
    )
    expect((await demo.state())?.title).toBe('B')
  })
})
