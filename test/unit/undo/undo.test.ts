import { describe, expect, it } from 'vitest'
import type { LogEvent, NewEvent, WorkPackageState } from '../../../src/core/events-lib.js'
import { ArchiveFeature } from '../../../src/core/services/features/archive-feature.js'
import { Claim } from '../../../src/core/services/claims/claim.js'
import { EditPackage } from '../../../src/core/services/packages/edit-package.js'
import { FinalizeTasks } from '../../../src/core/services/features/finalize-tasks.js'
import { Gates } from '../../../src/core/services/packages/gates.js'
import { Implement } from '../../../src/core/services/workspaces/implement.js'
import { MarkSubtasks } from '../../../src/core/services/packages/mark-subtasks.js'
import { MoveTask } from '../../../src/core/services/moves/move-task.js'
import { NoteTask } from '../../../src/core/services/packages/note-task.js'
import { RecordUsage } from '../../../src/core/services/packages/record-usage.js'
import { SyncFiles } from '../../../src/core/services/features/sync-files.js'
import { TagTask } from '../../../src/core/services/packages/tag-task.js'
import { TaskQueries } from '../../../src/core/services/board/task-queries.js'
import { Undo, type UndoResult } from '../../../src/core/services/undo/undo.js'
import { EventStore, type Provenance } from '../../../src/core/store/event-store.js'
import { FEATURE, Project, type Services } from '../../support/project.js'
import { gitIn } from '../../support/temp-repository.js'

const WP01 = { feature: FEATURE, workPackage: 'WP01' }
const ADA = as('ada', 's1')
const FILE = `kitty-specs/${FEATURE}/tasks/WP01-part.md`

function as(actor: string, session: string | null = null, causationId: string | null = null): Provenance {
  return { actor, session, causationId, correlationId: session }
}

/** One command per call, in a process of its own. */
type Command = (services: Services, provenance: Provenance) => Promise<unknown>

const COMMANDS = {
  claim: async (services, provenance) => (await services.get(Claim)).claim({ ...WP01, provenance }),
  submit: async (services, provenance) =>
    (await services.get(MoveTask)).move({ ...WP01, to: 'for_review', force: false, provenance }),
  finish: async (services, provenance) =>
    (await services.get(MoveTask)).move({ ...WP01, to: 'done', force: false, provenance }),
  tick: async (services, provenance) =>
    (await services.get(MarkSubtasks)).mark({ feature: FEATURE, subtasks: ['T001'], done: true, provenance }),
  addGate: async (services, provenance) =>
    (await services.get(Gates)).add({ ...WP01, type: 'CI', provenance }),
  pass: async (services, provenance) =>
    (await services.get(Gates)).set({ feature: FEATURE, gate: 'WP01-CI', status: 'passed', provenance }),
  fail: async (services, provenance) =>
    (await services.get(Gates)).set({
      feature: FEATURE,
      gate: 'WP01-CI',
      status: 'failed',
      details: 'red',
      provenance,
    }),
  tag: async (services, provenance) =>
    (await services.get(TagTask)).tag({ ...WP01, add: ['urgent'], remove: [], provenance }),
  retag: async (services, provenance) =>
    (await services.get(TagTask)).tag({ ...WP01, add: ['calm'], remove: ['urgent'], provenance }),
  note: async (services, provenance) =>
    (await services.get(NoteTask)).note({ ...WP01, text: 'look here', provenance }),
  use: async (services, provenance) =>
    (await services.get(RecordUsage)).record({ ...WP01, tokens: '1200', cost: '0.5', provenance }),
  archive: async (services, provenance) =>
    (await services.get(ArchiveFeature)).archive({ feature: FEATURE, restore: false, provenance }),
} as const satisfies Record<string, Command>

const run = (project: Project, command: keyof typeof COMMANDS, provenance = ADA): Promise<unknown> =>
  project.use<unknown>((services) => COMMANDS[command](services, provenance))
const undo = (project: Project, provenance = ADA): Promise<UndoResult> =>
  project.use(async (services) => (await services.get(Undo)).undo({ provenance }))
const emit = (project: Project, drafts: NewEvent[], provenance: Provenance): Promise<readonly LogEvent[]> =>
  project.use(async (services) => (await services.get(EventStore)).emit(drafts, provenance))

/** What a board shows of WP01, without the trace that every event leaves. */
async function shown(project: Project) {
  const [state, features] = await project.use(async (services) => {
    const store = await services.get(EventStore)
    return [await store.workPackage(FEATURE, 'WP01'), await store.features()] as const
  })
  const { lane, lane_actor, title, priority, dependencies, notes, usage } = state as WorkPackageState
  return {
    lane,
    holder: lane === 'planned' ? null : lane_actor,
    title,
    priority,
    dependencies,
    notes,
    usage,
    subtasks: state?.subtasks.map(({ id, done }) => [id, done]),
    gates: state?.gates.map(({ gate_id, status, result_data }) => [gate_id, status, result_data]),
    tags: state?.tags.map(({ tag }) => tag),
    archived: features.map(({ archived }) => archived !== null),
    file: project.read(FILE),
  }
}

function changed(
  work_package_id: string,
  dependencies: { readonly added: string[]; readonly removed: { id: string; seen: string[] }[] },
): NewEvent {
  const source = { commit: null, author: null }
  const payload = { feature_slug: FEATURE, work_package_id, dependencies, source }
  return { event_type: 'WPChanged', entity_id: work_package_id, entity_type: 'WorkPackage', payload }
}

function prepared(): Promise<Project> {
  return new Project().withPackages({ WP01: { subtasks: ['T001'] }, WP02: {} })
}

describe('undo', () => {
  it.each([
    ['a claim', [], 'claim'],
    ['a submission', ['tick', 'claim'], 'submit'],
    ['a move to a final lane', ['tick', 'claim', 'submit'], 'finish'],
    ['a tick', [], 'tick'],
    ['a first gate result', ['addGate'], 'pass'],
    ['a later gate result', ['addGate', 'fail'], 'pass'],
    ['an added tag', [], 'tag'],
    ['a removed tag', ['tag'], 'retag'],
    ['a note', [], 'note'],
    ['usage', ['use'], 'use'],
    ['an archiving', [], 'archive'],
  ] as const)('of %s restores the board and the files', async (_, before, command) => {
    const project = await prepared()
    for (const one of before) await run(project, one)
    // The first move gives a file its lane.
    const known = await shown(project)
    await run(project, command)
    expect(await shown(project)).not.toEqual(known)
    const { undone, events } = await undo(project)
    expect(undone.length).toBeGreaterThan(0)
    expect(events).toHaveLength(undone.length)
    expect(await shown(project)).toEqual(known)
  })

  it('of a changed definition restores the log and the file', async () => {
    const project = await new Project().withPackages({ WP01: {}, WP02: {} })
    const known = await shown(project)
    project.write(
      FILE,
      known.file.replace('Part WP01', 'Another').replace('dependencies: []', 'dependencies: [WP02]'),
    )
    await project.use(async (services) =>
      (await services.get(SyncFiles)).sync({
        features: [FEATURE],
        check: false,
        lanes: false,
        take: [],
        write: [],
        provenance: ADA,
      }),
    )
    expect(await shown(project)).toMatchObject({ title: 'Another', dependencies: ['WP02'] })
    await undo(project)
    const after = await shown(project)
    expect({ ...after, file: after.file.replaceAll('"', '') }).toEqual(known)
  })

  it('of a dependency that was taken off is refused when what it names waits for the package by now', async () => {
    const project = await new Project().withPackages({ WP01: { dependencies: ['WP02'] }, WP02: {} })
    const drop = { added: [], removed: [{ id: 'WP02', seen: [] }] }
    const after = { added: ['WP01'], removed: [] }
    await emit(project, [changed('WP01', drop)], ADA)
    await emit(project, [changed('WP02', after)], as('bob'))
    const before = await shown(project)
    await expect(undo(project)).rejects.toMatchObject({
      kind: 'LostRace',
      context: { entity_id: 'WP01', cycle: ['WP01', 'WP02', 'WP01'] },
    })
    expect(await shown(project)).toEqual(before)
  })

  it('of a new package cancels it, unless someone waits for it or has touched it', async () => {
    const project = await prepared()
    project.write(`kitty-specs/${FEATURE}/tasks/WP03-x.md`, '---\nwork_package_id: WP03\ntitle: New\n---\n')
    const finalize = () =>
      project.use(async (services) =>
        (await services.get(FinalizeTasks)).finalize({ features: [FEATURE], all: false, provenance: ADA }),
      )
    await finalize()
    const payload = { feature_slug: FEATURE, text: 'mine' }
    const note: NewEvent = { event_type: 'NoteAdded', entity_id: 'WP03', entity_type: 'WorkPackage', payload }
    const [touched] = await emit(project, [note], as('bob'))
    await expect(undo(project)).rejects.toMatchObject({
      kind: 'LostRace',
      context: { changed_by: 'bob', changed_in: touched?.event_id },
    })
    project.write(`kitty-specs/${FEATURE}/tasks/WP04-x.md`, '---\nwork_package_id: WP04\ntitle: New\n---\n')
    await finalize()
    expect((await undo(project)).events).toMatchObject([
      { event_type: 'WPStatusChanged', entity_id: 'WP04', payload: { new_status: 'canceled' } },
    ])
  })

  it('takes back a whole command in one append, and its own undo with the next one', async () => {
    const project = await prepared()
    await project.use(async (services) =>
      (await services.get(MoveTask)).moveAll({
        feature: FEATURE,
        workPackages: ['WP01', 'WP02'],
        to: 'doing',
        force: false,
        provenance: ADA,
      }),
    )
    const { events } = await undo(project)
    expect(events.map(({ entity_id, payload }) => [entity_id, payload['new_status']])).toEqual([
      ['WP02', 'planned'],
      ['WP01', 'planned'],
    ])
    expect(new Set(events.map(({ timestamp }) => timestamp)).size).toBe(1)
    expect((await undo(project)).events.map(({ payload }) => payload['new_status'])).toEqual([
      'doing',
      'doing',
    ])
  })

  it('takes back nothing that another holder wrote, also of the same actor', async () => {
    const project = await prepared()
    await run(project, 'note', ADA)
    await run(project, 'tag', as('ada', 's2'))
    await run(project, 'use', as('bob'))
    expect((await undo(project, ADA)).undone).toMatchObject([{ event_type: 'NoteAdded' }])
    for (const stranger of [as('zoe'), as('eve', 's1')])
      await expect(undo(project, stranger)).rejects.toMatchObject({ kind: 'StateTransitionError' })
  })

  it('restores whom a package was with, when a take-over is taken back', async () => {
    const project = await prepared()
    await run(project, 'claim', as('bob', 'b1'))
    project.time += 5 * 3_600_000
    await project.use(async (services) =>
      (await services.get(Claim)).claim({ ...WP01, takeOver: true, reason: 'gone', provenance: ADA }),
    )
    await undo(project)
    const state = await project.use(async (services) =>
      (await services.get(EventStore)).workPackage(FEATURE, 'WP01'),
    )
    expect(state).toMatchObject({ lane: 'doing', lane_actor: 'bob', lane_session: 'b1' })
  })

  it('names the one who built on it, and changes nothing', async () => {
    const project = await prepared()
    await run(project, 'tick', ADA)
    await run(project, 'claim', ADA)
    await run(project, 'submit', ADA)
    await run(project, 'finish', as('bob'))
    const before = await shown(project)
    await expect(undo(project)).rejects.toMatchObject({
      kind: 'LostRace',
      context: { changed_by: 'bob', entity_id: 'WP01' },
    })
    expect(await shown(project)).toEqual(before)
  })

  it('refuses what stays, with the command that does it', async () => {
    const project = await prepared()
    await run(project, 'addGate')
    await expect(undo(project)).rejects.toMatchObject({
      kind: 'StateTransitionError',
      nextSteps: [{ text: expect.stringContaining('kitty agent gates set WP01-CI') }],
    })
  })

  it('refuses a worktree, whole with the claim that came with it', async () => {
    const project = await prepared()
    gitIn(project.root, 'commit', '--quiet', '--allow-empty', '--message', 'start')
    await project.use(async (services) =>
      (await services.get(Implement)).implement({ ...WP01, base: undefined, provenance: ADA }),
    )
    await expect(undo(project)).rejects.toMatchObject({ kind: 'StateTransitionError' })
    expect(await shown(project)).toMatchObject({ lane: 'doing' })
  })

  describe('of a command that changed only the text of a package', () => {
    const edit = (project: Project, body: string, provenance = ADA): Promise<unknown> =>
      project.use(async (services) => (await services.get(EditPackage)).edit({ ...WP01, body, provenance }))

    it('says so and takes back nothing, until the text is as it was', async () => {
      const project = await prepared()
      await run(project, 'claim')
      const text = project.read(FILE)
      await edit(project, 'Another text\n')
      await expect(undo(project)).rejects.toMatchObject({
        kind: 'StateTransitionError',
        message: `Your last command changed the text of ${FILE}, which undo does not take back.`,
      })
      expect(await shown(project)).toMatchObject({ lane: 'doing' })
      project.write(FILE, text)
      expect((await undo(project)).undone).toMatchObject([{ event_type: 'WPStatusChanged' }])
    })

    it('with its title takes back the title, and says that the text stays and how to see it', async () => {
      const project = await prepared()
      await project.use(async (services) =>
        (await services.get(EditPackage)).edit({ ...WP01, title: 'Another', body: 'New\n', provenance: ADA }),
      )
      const { undone, warnings } = await project.use(async (services) => {
        const { undone } = await (await services.get(Undo)).undo({ provenance: ADA })
        return { undone, warnings: await services.warnings() }
      })
      expect(undone).toMatchObject([{ event_type: 'WPChanged' }])
      expect(warnings).toEqual([
        `The text of ${FILE} stays as you changed it, since undo takes back no text; git diff shows it.`,
      ])
      expect(project.read(FILE)).toContain('New')
    })

    it('with its title says nothing of the text once that is as it was', async () => {
      const project = await prepared()
      const text = project.read(FILE)
      await project.use(async (services) =>
        (await services.get(EditPackage)).edit({ ...WP01, title: 'Another', body: 'New\n', provenance: ADA }),
      )
      project.write(FILE, project.read(FILE).replace('New\n', text.slice(text.lastIndexOf('---\n') + 4)))
      const warnings = await project.use(async (services) => {
        await (await services.get(Undo)).undo({ provenance: ADA })
        return services.warnings()
      })
      expect(warnings).toEqual([])
    })

    it('is no matter once another command has followed, or to another holder', async () => {
      const project = await prepared()
      await edit(project, 'Another text\n')
      await run(project, 'claim')
      expect((await undo(project)).undone).toMatchObject([{ event_type: 'WPStatusChanged' }])
      await run(project, 'claim')
      await edit(project, 'A third text\n', as('bob'))
      expect((await undo(project)).undone).toMatchObject([{ event_type: 'WPStatusChanged' }])
    })
  })

  it('finds the command behind any number of imported events', async () => {
    const project = await prepared()
    await run(project, 'claim')
    const notes = Array.from({ length: 450 }, (_, at): NewEvent => ({
      event_type: 'NoteAdded',
      entity_id: 'WP01',
      entity_type: 'WorkPackage',
      payload: { feature_slug: FEATURE, text: `Note ${at}` },
    }))
    await project.use(async (services) =>
      (await services.get(EventStore)).emit(notes, as('ada', 's1', 'import:csv:tasks:1:note:0')),
    )
    expect((await undo(project)).undone).toMatchObject([{ event_type: 'WPStatusChanged' }])
    expect(await shown(project)).toMatchObject({ lane: 'planned' })
  })

  it('leaves what a move brought along from the file', async () => {
    const project = await new Project().withPackages({ WP01: {} })
    project.write(FILE, project.read(FILE).replace('Part WP01', 'Another'))
    await run(project, 'claim')
    expect((await undo(project)).undone).toMatchObject([{ event_type: 'WPStatusChanged' }])
    expect(await shown(project)).toMatchObject({ lane: 'planned', title: 'Another' })
  })

  it('answers a repeat with the same key with what it wrote first', async () => {
    const project = await prepared()
    await run(project, 'claim')
    const first = await undo(project, as('ada', 's1', 'key-1'))
    const again = await undo(project, as('ada', 's1', 'key-1'))
    expect(again.events).toEqual(first.events)
    expect(await shown(project)).toMatchObject({ lane: 'planned' })
  })

  it('hides a note that was taken back', async () => {
    const project = await prepared()
    await run(project, 'note')
    const notes = () =>
      project.use(async (services) => (await (await services.get(TaskQueries)).show(FEATURE, 'WP01')).notes)
    expect(await notes()).toHaveLength(1)
    await undo(project)
    expect(await notes()).toHaveLength(0)
  })
})
