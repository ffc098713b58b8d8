import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isKittyEvent, type LogEvent } from '../../../src/core/events-lib.js'
import { rejectionOf, errorOf, stepsOf } from '../../support/kitty-error.js'
import { by, FEATURE, Project, type Services } from '../../support/project.js'
import { EventStore } from '../../../src/core/store/event-store.js'
import { TagTask } from '../../../src/core/services/packages/tag-task.js'
import { NoteTask } from '../../../src/core/services/packages/note-task.js'
import { TaskQueries } from '../../../src/core/services/board/task-queries.js'
import { RecordUsage, microDollars } from '../../../src/core/services/packages/record-usage.js'
import { MarkSubtasks } from '../../../src/core/services/packages/mark-subtasks.js'
import { MoveTask } from '../../../src/core/services/moves/move-task.js'
import { FinalizeTasks } from '../../../src/core/services/features/finalize-tasks.js'
import { Gates } from '../../../src/core/services/packages/gates.js'
import { ErrorStorage } from '../../../src/core/errors/error-storage.js'

const WP01 = { feature: FEATURE, workPackage: 'WP01' }

async function project(): Promise<Project> {
  return new Project().withPackages({
    WP01: { subtasks: ['T001', 'T002'] },
    WP02: { subtasks: ['T003', 'T009'] },
    WP03: { subtasks: ['T009'] },
  })
}

const written = (services: Services): Promise<LogEvent[]> =>
  services.get(EventStore).then((store) => store.read({ feature: FEATURE }))

function payloadOf(event: LogEvent | null): unknown {
  return event !== null && isKittyEvent(event) ? event.payload : undefined
}

describe('tags', () => {
  it('are added and taken away; a removal names the additions it has seen', async () => {
    await (
      await project()
    ).use(async (services) => {
      const service = await services.get(TagTask)
      const added = await service.tag({
        ...WP01,
        add: ['backend', 'urgent'],
        remove: [],
        provenance: by('ada'),
      })
      expect(added).toMatchObject({ tags: ['backend', 'urgent'], work_package: 'WP01' })
      const changed = await service.tag({ ...WP01, add: ['done'], remove: ['urgent'], provenance: by('ada') })
      expect(changed.tags).toEqual(['backend', 'done'])
      expect(payloadOf(changed.event)).toMatchObject({
        added: ['done'],
        removed: [{ tag: 'urgent', seen: [added.event?.event_id] }],
      })
    })
  })

  it('that are there already, or gone already, write nothing', async () => {
    await (
      await project()
    ).use(async (services) => {
      const service = await services.get(TagTask)
      await service.tag({ ...WP01, add: ['a'], remove: [], provenance: by('ada') })
      const before = (await written(services)).length
      expect(await service.tag({ ...WP01, add: ['a'], remove: ['b'], provenance: by('ada') })).toMatchObject({
        event: null,
        tags: ['a'],
      })
      expect(await written(services)).toHaveLength(before)
    })
  })

  it('refuse what is no tag, what is both added and removed, and nothing at all', async () => {
    const wrong: [string[], string[]][] = [
      [[], []],
      [['two words'], []],
      [[''], []],
      [['a\u001bb'], []],
      [['a'.repeat(65)], []],
      [['a'], ['a']],
    ]
    await (
      await project()
    ).use(async (services) => {
      const service = await services.get(TagTask)
      for (const [add, remove] of wrong) {
        const error = await rejectionOf(service.tag({ ...WP01, add, remove, provenance: by('ada') }))
        expect(error).toMatchObject({ kind: 'UsageError', exitCode: 2 })
      }
    })
  })
})

describe('notes', () => {
  it('are kept word for word, and empty ones refused', async () => {
    await (
      await project()
    ).use(async (services) => {
      const service = await services.get(NoteTask)
      const text = 'Zwei Zeilen,\n\tmit Tabulator: ✓'
      expect(payloadOf((await service.note({ ...WP01, text, provenance: by('ada') })).event)).toMatchObject({
        text,
      })
      const error = await rejectionOf(service.note({ ...WP01, text: ' \n', provenance: by('ada') }))
      expect(error.kind).toBe('UsageError')
      const page = await (await services.get(TaskQueries)).show(FEATURE, 'WP01')
      expect(page.notes).toMatchObject([{ actor: 'ada', text }])
    })
  })
})

describe('usage', () => {
  it('adds up', async () => {
    await (
      await project()
    ).use(async (services) => {
      const service = await services.get(RecordUsage)
      await service.record({ ...WP01, tokens: '1200', cost: '0.1', provenance: by('ada') })
      const { usage } = await service.record({ ...WP01, cost: '0.2', seconds: '7', provenance: by('bob') })
      expect(usage).toEqual({ tokens: 1200, cost_usd_micros: 300_000, seconds: 7 })
    })
  })

  it.each([
    ['0.29', 290_000],
    ['$1', 1_000_000],
    ['0', 0],
    ['12.3456784', 12_345_678],
    ['12.3456785', 12_345_679],
    ['0.9999999', 1_000_000],
    ['999999999.999999', 999_999_999_999_999],
  ])('takes %s dollars as %i millionths', (text, micros) => {
    expect(microDollars(text)).toBe(micros)
  })

  it.each(['', '-1', '1e3', '1,5', '.5', '5.', 'NaN', 'Infinity', '0x10', '1 000', '٣', '1234567890'])(
    'refuses %j dollars',
    (text) => {
      expect(errorOf(() => microDollars(text)).kind).toBe('UsageError')
    },
  )

  it('refuses nothing at all, fractions, negative and immense numbers', async () => {
    const wrong = [{}, { tokens: '1.5' }, { tokens: '-1' }, { seconds: 'ten' }, { tokens: '1'.repeat(13) }]
    await (
      await project()
    ).use(async (services) => {
      const service = await services.get(RecordUsage)
      for (const amounts of wrong)
        expect((await rejectionOf(service.record({ ...WP01, ...amounts, provenance: by('ada') }))).kind).toBe(
          'UsageError',
        )
    })
  })
})

describe('subtasks', () => {
  const tasks = 'kitty-specs/001-demo/tasks.md'
  const file = 'kitty-specs/001-demo/tasks/WP01-part.md'

  async function mark(services: Services, subtasks: string[], done = true, workPackage?: string) {
    return (await services.get(MarkSubtasks)).mark({
      feature: FEATURE,
      subtasks,
      done,
      workPackage,
      provenance: by('ada'),
    })
  }

  it('are marked in their packages, and their boxes ticked in both files with no other byte changed', async () => {
    const demo = await project()
    demo.write(
      tasks,
      '# Tasks\r\n- [ ] **T001** One\r\n- [ ] T003 Three\r\n```\n- [ ] T001 example\n```\nno final newline: - [ ] T002',
    )
    const [tasksBefore, fileBefore] = [demo.read(tasks), demo.read(file)]
    await demo.use(async (services) => {
      const marked = await mark(services, ['T001', 't003,T001'])
      expect(marked).toMatchObject({ updated: ['T001', 'T003'], unchanged: [], not_found: [] })
      expect(marked.events.map((event) => event.entity_id)).toEqual(['WP01', 'WP02'])
    })
    expect(demo.read(tasks)).toBe(
      tasksBefore.replace('[ ] **T001', '[x] **T001').replace('[ ] T003', '[x] T003'),
    )
    expect(demo.read(file)).toBe(fileBefore.replace('[ ] T001', '[x] T001'))
    await demo.use(async (services) => {
      expect(await mark(services, ['T001'], false)).toMatchObject({ updated: ['T001'] })
    })
    expect(demo.read(file)).toBe(fileBefore)
  })

  it('that are not found are named after the others are marked, with exit 2', async () => {
    const demo = await project()
    await demo.use(async (services) => {
      await expect(mark(services, ['T404', 'T001'])).rejects.toMatchObject({
        kind: 'UsageError',
        exitCode: 2,
        context: { updated: ['T001'], unchanged: [], not_found: ['T404'] },
      })
    })
    expect(demo.read(file)).toContain('[x] T001')
  })

  it('are ticked only in the section of tasks.md that is their package’s', async () => {
    const demo = await project()
    const text =
      '# Tasks\n## Work Package WP01: One\n- [ ] T001 a\n### Notes\n- [ ] T001 b\n## WP02 — Two\n- [ ] T001 c\n# End\n- [ ] T001 d\n'
    demo.write(tasks, text)
    await demo.use((services) => mark(services, ['T001'], true, 'WP01'))
    expect(demo.read(tasks)).toBe(text.replaceAll(/\[ \](?= T001 [abd])/g, '[x]'))
  })

  it('that are so already write nothing, but a box that says otherwise is put right', async () => {
    const demo = await project()
    await demo.use((services) => mark(services, ['T001']))
    demo.write(file, demo.read(file).replace('[x] T001', '[ ] T001'))
    await demo.use(async (services) => {
      const before = (await written(services)).length
      expect(await mark(services, ['T001'])).toMatchObject({ updated: [], unchanged: ['T001'], events: [] })
      expect(await written(services)).toHaveLength(before)
    })
    expect(demo.read(file)).toContain('[x] T001')
  })

  it('that no list names are found by their box in a package’s file', async () => {
    const demo = await project()
    demo.write(file, `${demo.read(file)}- [ ] T050 Found on the way\n`)
    await demo.use(async (services) => {
      expect((await mark(services, ['T050'])).events).toMatchObject([{ entity_id: 'WP01' }])
    })
  })

  it('refuses when none is found, or when one is in two packages and none is named', async () => {
    await (
      await project()
    ).use(async (services) => {
      expect(await rejectionOf(mark(services, ['T404']))).toMatchObject({ kind: 'UsageError', exitCode: 2 })
      const error = await rejectionOf(mark(services, ['T009']))
      expect(stepsOf(error)).toEqual(['--work-package WP02', '--work-package WP03'])
      expect((await mark(services, ['T009'], true, 'WP03')).events).toMatchObject([{ entity_id: 'WP03' }])
    })
  })

  it('stand in the log even where a file cannot be written; that is a warning', async () => {
    const demo = await project()
    demo.write('elsewhere.md', '- [ ] T001\n')
    mkdirSync(demo.path(tasks))
    await demo.use(async (services) => {
      expect(await mark(services, ['T001'])).toMatchObject({ updated: ['T001'] })
      expect((await services.warnings()).join()).toContain('not a regular file')
    })
  })

  it('are refused before the event where a link would carry the box elsewhere', async () => {
    const demo = await project()
    demo.write('elsewhere.md', '- [ ] T001\n')
    symlinkSync(demo.path('elsewhere.md'), demo.path(tasks))
    await demo.use(async (services) => {
      const before = (await written(services)).length
      expect(await rejectionOf(mark(services, ['T001']))).toMatchObject({ kind: 'UnsafeSetup', exitCode: 5 })
      expect(await written(services)).toHaveLength(before)
    })
    expect(demo.read('elsewhere.md')).toBe('- [ ] T001\n')
  })
})

describe('what is ready', () => {
  it('is planned with its dependencies done, and names those it alone holds up', async () => {
    const demo = await new Project().withPackages({
      WP01: {},
      WP02: { dependencies: ['WP01'] },
      WP03: { dependencies: ['WP01', 'WP04'] },
      WP04: {},
      WP05: { dependencies: ['WP02'] },
    })
    await demo.use(async (services) => {
      const queries = await services.get(TaskQueries)
      const ready = async () =>
        (await queries.ready([FEATURE])).map(({ work_package, unblocks }) => [work_package, unblocks])
      expect(await ready()).toEqual([
        ['WP01', ['WP02']],
        ['WP04', []],
      ])
      const move = await services.get(MoveTask)
      await move.move({ ...WP01, to: 'done', force: true, reason: 'r', provenance: by('ada') })
      expect(await ready()).toEqual([
        ['WP02', ['WP05']],
        ['WP04', ['WP03']],
      ])
      await move.move({ ...WP01, workPackage: 'WP04', to: 'doing', force: false, provenance: by('ada') })
      expect(await ready()).toEqual([['WP02', ['WP05']]])
    })
  })
})

describe('an idempotency key', () => {
  const key = by('ada', 'run-17')
  const commands: Record<string, (services: Services) => Promise<unknown>> = {
    tag: async (s) => (await s.get(TagTask)).tag({ ...WP01, add: ['a'], remove: [], provenance: key }),
    note: async (s) => (await s.get(NoteTask)).note({ ...WP01, text: 'once', provenance: key }),
    usage: async (s) => (await s.get(RecordUsage)).record({ ...WP01, tokens: '5', provenance: key }),
    mark: async (s) =>
      (await s.get(MarkSubtasks)).mark({
        feature: FEATURE,
        subtasks: ['T001'],
        done: true,
        provenance: key,
      }),
    move: async (s) => (await s.get(MoveTask)).move({ ...WP01, to: 'doing', force: false, provenance: key }),
    'gates add': async (s) => (await s.get(Gates)).add({ ...WP01, type: 'CI_CHECK', provenance: key }),
  }

  it.each(Object.keys(commands))(
    'makes a repeat of %s write nothing and answer as the first time',
    async (name) => {
      const demo = await project()
      const command = commands[name] ?? (() => Promise.reject(new Error(name)))
      const first = await demo.use(command)
      const count = (await demo.use(written)).length
      expect(await demo.use(command)).toEqual(first)
      expect(await demo.use(written)).toHaveLength(count)
    },
  )

  it('makes a repeated failing gate write nothing, nor a second error record', async () => {
    const demo = await project()
    const fail = async (services: Services): Promise<unknown> => {
      const gates = await services.get(Gates)
      return gates.set({ feature: FEATURE, gate: 'WP01-CI_CHECK', status: 'failed', provenance: key })
    }
    await demo.use(async (services) =>
      (await services.get(Gates)).add({ ...WP01, type: 'CI_CHECK', provenance: by('ada') }),
    )
    const first = await demo.use(fail)
    expect(await demo.use(fail)).toEqual(first)
    expect(await demo.use(async (services) => (await services.get(ErrorStorage)).list())).toHaveLength(1)
  })

  /** By command, calls with the key of a first one that ask for something else. */
  const WP02 = { ...WP01, workPackage: 'WP02' }
  const others: Record<string, ((services: Services) => Promise<unknown>)[]> = {
    tag: [
      async (s) => (await s.get(TagTask)).tag({ ...WP01, add: ['b'], remove: [], provenance: key }),
      async (s) => (await s.get(TagTask)).tag({ ...WP02, add: ['a'], remove: [], provenance: key }),
    ],
    note: [
      async (s) => (await s.get(NoteTask)).note({ ...WP01, text: 'twice', provenance: key }),
      async (s) => (await s.get(NoteTask)).note({ ...WP02, text: 'once', provenance: key }),
      async (s) => (await s.get(NoteTask)).note({ ...WP01, text: 'once', provenance: by('bob', 'run-17') }),
    ],
    usage: [async (s) => (await s.get(RecordUsage)).record({ ...WP01, tokens: '6', provenance: key })],
    mark: [
      async (s) =>
        (await s.get(MarkSubtasks)).mark({
          feature: FEATURE,
          subtasks: ['T002'],
          done: true,
          provenance: key,
        }),
      async (s) =>
        (await s.get(MarkSubtasks)).mark({
          feature: FEATURE,
          subtasks: ['T001'],
          done: false,
          provenance: key,
        }),
    ],
    move: [
      async (s) => (await s.get(MoveTask)).move({ ...WP01, to: 'for_review', force: false, provenance: key }),
      async (s) => (await s.get(MoveTask)).move({ ...WP02, to: 'doing', force: false, provenance: key }),
      async (s) =>
        (await s.get(MoveTask)).move({ ...WP01, to: 'doing', reason: 'why', force: false, provenance: key }),
      async (s) =>
        (await s.get(FinalizeTasks)).finalize({ features: [FEATURE], all: false, provenance: key }),
    ],
    'gates add': [async (s) => (await s.get(Gates)).add({ ...WP01, type: 'REVIEW', provenance: key })],
  }

  it.each(Object.keys(commands))('of %s does not answer for anything else', async (name) => {
    const demo = await project()
    await demo.use(commands[name]!)
    const count = (await demo.use(written)).length
    for (const other of others[name]!) {
      const refusal = await demo.use((services) => rejectionOf(other(services)))
      expect(refusal).toMatchObject({ kind: 'UsageError', exitCode: 2 })
      expect(refusal.message).toMatch(/run-17 was used for \w+ of WP01/)
    }
    expect(await demo.use(written)).toHaveLength(count)
  })

  it('answers a repeat of a mark also after the file has changed', async () => {
    const demo = await project()
    const first = await demo.use(commands['mark']!)
    rmSync(demo.path(`kitty-specs/${FEATURE}`), { recursive: true })
    expect(await demo.use(commands['mark']!)).toEqual(first)
  })

  it('of another operation is refused, and nothing is written', async () => {
    const demo = await project()
    await demo.use(commands['note']!)
    const count = (await demo.use(written)).length
    expect(await demo.use((services) => rejectionOf(commands['tag']!(services)))).toMatchObject({
      kind: 'UsageError',
      exitCode: 2,
    })
    expect(await demo.use(written)).toHaveLength(count)
  })
})
