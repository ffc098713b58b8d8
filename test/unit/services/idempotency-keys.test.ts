import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ToolInput } from '../../../src/core/mcp/tool-input.js'
import { record } from '../../../src/core/mcp/tools/record.js'
import { AcceptFeature } from '../../../src/core/services/features/accept-feature.js'
import { ArchiveFeature } from '../../../src/core/services/features/archive-feature.js'
import { Claim } from '../../../src/core/services/claims/claim.js'
import { Next } from '../../../src/core/services/claims/next.js'
import { Release } from '../../../src/core/services/claims/release.js'
import { EditPackage } from '../../../src/core/services/packages/edit-package.js'
import { Gates, type GateStatus } from '../../../src/core/services/packages/gates.js'
import { Implement } from '../../../src/core/services/workspaces/implement.js'
import { MarkSubtasks } from '../../../src/core/services/packages/mark-subtasks.js'
import { MergePackage } from '../../../src/core/services/merge/merge-package.js'
import { MoveTask, type MovesRequest } from '../../../src/core/services/moves/move-task.js'
import { NewPackage, type NewRequest } from '../../../src/core/services/packages/new-package.js'
import { NoteTask } from '../../../src/core/services/packages/note-task.js'
import { RenumberPackage } from '../../../src/core/services/renumber/renumber-package.js'
import { Scope } from '../../../src/core/services/scope.js'
import { SetupSpec } from '../../../src/core/services/features/setup-spec.js'
import { TagTask } from '../../../src/core/services/packages/tag-task.js'
import { Undo } from '../../../src/core/services/undo/undo.js'
import { EventStore, type Provenance } from '../../../src/core/store/event-store.js'
import { FEATURE, Project, type Services } from '../../support/project.js'

const KEY = 'once'
const WP01 = { feature: FEATURE, workPackage: 'WP01' }
const TASKS = `kitty-specs/${FEATURE}/tasks`

function as(actor: string, session: string | null = null, causationId: string | null = KEY): Provenance {
  return { actor, session, causationId, correlationId: session }
}
const ADA = as('ada')
const KEYLESS = as('ada', null, null)

/** One command, in a process of its own. */
type Command = (services: Services) => Promise<unknown>

const next = (provenance: Provenance, more: object = {}): Command => {
  return async (services) => (await services.get(Next)).claim({ features: [FEATURE], provenance, ...more })
}
const claim = (provenance: Provenance, more: object = {}): Command => {
  return async (services) => (await services.get(Claim)).claim({ ...WP01, provenance, ...more })
}
const implement = (provenance: Provenance): Command => {
  return async (services) => (await services.get(Implement)).implement({ ...WP01, provenance })
}
const release = (reason: string, provenance = ADA): Command => {
  return async (services) => (await services.get(Release)).release({ ...WP01, reason, provenance })
}
const move = (to: string, more: Partial<MovesRequest> = {}): Command => {
  const request = { feature: FEATURE, workPackages: ['WP01'], to, force: false, provenance: ADA, ...more }
  return async (services) => (await services.get(MoveTask)).moveAll(request)
}
const note = (text: string, provenance = ADA): Command => {
  return async (services) => (await services.get(NoteTask)).note({ ...WP01, text, provenance })
}
const undo = (provenance = ADA): Command => {
  return async (services) => (await services.get(Undo)).undo({ provenance })
}
const mark = (subtasks: string[], done = true, provenance = ADA): Command => {
  return async (services) =>
    (await services.get(MarkSubtasks)).mark({ feature: FEATURE, subtasks, done, provenance })
}
const tag = (add: string[], remove: string[] = [], provenance = ADA): Command => {
  return async (services) => (await services.get(TagTask)).tag({ ...WP01, add, remove, provenance })
}
const addGate = (type: string, provenance = ADA): Command => {
  return async (services) => (await services.get(Gates)).add({ ...WP01, type, provenance })
}
const setGate = (status: GateStatus, provenance = ADA): Command => {
  const request = { feature: FEATURE, gate: 'WP01-CI', status, provenance }
  return async (services) => (await services.get(Gates)).set(request)
}
const make = (more: Partial<NewRequest> = {}): Command => {
  const request = {
    feature: FEATURE,
    title: 'Mail',
    after: [],
    subtasks: ['Write'],
    provenance: ADA,
    ...more,
  }
  return async (services) => (await services.get(NewPackage)).create(request)
}
const edit = (more: object, provenance = ADA): Command => {
  return async (services) => (await services.get(EditPackage)).edit({ ...WP01, provenance, ...more })
}
const archive = (reason?: string): Command => {
  const request = { feature: FEATURE, restore: false, reason, provenance: ADA }
  return async (services) => (await services.get(ArchiveFeature)).archive(request)
}
const accept = (): Command => {
  return async (services) => (await services.get(AcceptFeature)).accept({ feature: FEATURE, provenance: ADA })
}
const setUp = (title?: string): Command => {
  return async (services) => (await services.get(SetupSpec)).setUp({ slug: 'login', title, provenance: ADA })
}
const recorded = (given: Record<string, unknown>): Command => {
  return async (services) => {
    const input = new ToolInput('record', { wp: 'WP01', ...given }, Object.keys(record.properties))
    const scope = await services.get(Scope)
    return record.answer({ services, scope, input, provenance: ADA, place: async () => WP01 })
  }
}
const both =
  (...commands: Command[]): Command =>
  async (services) => {
    for (const command of commands) await command(services)
  }
const nothing: Command = async () => undefined

async function project(): Promise<Project> {
  const made = await new Project().withPackages({
    WP01: { subtasks: ['T001', 'T002'] },
    WP02: { subtasks: ['T003'] },
    WP03: {},
  })

  made.commitAll('Start')
  return made
}

const idsOf = (made: Project): Promise<string[]> =>
  made.use(async (services) => (await (await services.get(EventStore)).read()).map((event) => event.event_id))

/** The command's events, wherever its answer has them. */
const eventsIn = (answer: unknown): string[] =>
  [...JSON.stringify(answer ?? null).matchAll(/"event_id":"(\w+)"/g)].map(([, id]) => id ?? '')

interface Case {
  readonly before?: Command
  readonly first: Command
  readonly other: Command
  /** What happens between the first run and its repeat. */
  readonly later?: Command
}

const CASES: Record<string, Case> = {
  'next --claim, not for another actor': {
    first: next(ADA),
    other: next(as('bob')),
    later: both(release('stop', KEYLESS), claim(as('bob', null, null))),
  },
  'next --claim, not in another session': { first: next(as('ada', 's1')), other: next(as('ada', 's2')) },
  'next --claim, not from another lane': { first: next(ADA), other: next(ADA, { lane: 'for_review' }) },
  'next --claim, not of another feature': { first: next(ADA), other: next(ADA, { features: ['002-x'] }) },
  'a note, and no next --claim': { first: note('hello'), other: next(ADA) },
  'a claim, not in another session': {
    first: claim(as('ada', 's1')),
    other: claim(as('ada', 's2')),
    later: move('for_review', { provenance: as('ada', 's1', null), force: true, reason: 'r' }),
  },
  'a claim, not for another reason': { first: claim(ADA), other: claim(ADA, { reason: 'mine' }) },
  'a claim, and no workspace': { first: claim(ADA), other: implement(ADA) },
  'a workspace, and no claim': { first: implement(ADA), other: claim(ADA) },
  'a move, and no release': { first: move('doing'), other: release('stop') },
  'a release, not for another reason': {
    before: claim(KEYLESS),
    first: release('stop'),
    other: release('other'),
    later: claim(as('bob', null, null)),
  },
  'a move, not by force': {
    first: move('doing', { reason: 'r' }),
    other: move('doing', { reason: 'r', force: true }),
    later: release('stop', KEYLESS),
  },
  'a move, not of fewer packages': {
    first: move('doing', { workPackages: ['WP01', 'WP02'] }),
    other: move('doing'),
  },
  'a move, not from another lane': {
    first: move('doing', { expect: 'planned' }),
    other: move('doing', { expect: 'for_review' }),
  },
  'a move, not with another review': {
    first: move('canceled', { reason: 'r', reviewRef: '#1' }),
    other: move('canceled', { reason: 'r', reviewRef: '#2' }),
  },
  'a move, not with other evidence': {
    first: move('canceled', { reason: 'r' }),
    other: move('canceled', { reason: 'r', evidence: 'seen' }),
  },
  'a note, and no undo': { first: note('hello'), other: undo(), later: note('bye', KEYLESS) },
  'a tick, and no undo': { first: mark(['T001']), other: undo() },
  'tags, and no undo': { first: tag(['a']), other: undo() },
  'a result, and no undo': { before: addGate('CI', KEYLESS), first: setGate('passed'), other: undo() },
  'an edit, and no undo': { first: edit({ title: 'Other' }), other: undo() },
  'an archiving, and no undo': { first: archive(), other: undo() },
  'a release, and no undo': { before: claim(KEYLESS), first: release('stop'), other: undo() },
  'an undo, and no note': {
    before: note('hello', KEYLESS),
    first: undo(),
    other: note('hello'),
    later: note('bye', KEYLESS),
  },
  'an undo of a tick, not in another session': {
    before: mark(['T001'], true, as('ada', 's1', null)),
    first: undo(as('ada', 's1')),
    other: undo(as('ada', 's2')),
    later: mark(['T002'], true, as('ada', 's1', null)),
  },
  'an undo of a result': {
    before: both(addGate('CI', KEYLESS), setGate('passed', KEYLESS)),
    first: undo(),
    other: setGate('failed'),
    later: setGate('failed', KEYLESS),
  },
  'an undo of tags': { before: tag(['a'], [], KEYLESS), first: undo(), other: tag([], ['b']) },
  'an undo of an edit': {
    before: edit({ title: 'Other' }, KEYLESS),
    first: undo(),
    other: edit({ title: 'A' }),
  },
  'an undo of a claim': { before: claim(KEYLESS), first: undo(), other: release('stop') },
  'a new package, not with another subtask': {
    first: make(),
    other: make({ subtasks: ['Other'] }),
    later: edit({ body: 'Edited since.\n', workPackage: 'WP04' }, KEYLESS),
  },
  'a new package, not with one subtask more': { first: make(), other: make({ subtasks: ['Write', 'Send'] }) },
  'a new package, not with another number of a subtask': {
    first: make({ subtasks: ['T010: Write'] }),
    other: make({ subtasks: ['T011: Write'] }),
  },
  'a new package, not with another body': {
    first: make({ body: 'One.\n\n- [ ] T001: a box of another package\n' }),
    other: make({ body: 'Two.\n' }),
    later: edit({ title: 'Edited', workPackage: 'WP04' }, KEYLESS),
  },
  'an edit, not with another body': {
    first: edit({ title: 'New', body: 'One.\n' }),
    other: edit({ title: 'New', body: 'Two.\n' }),
    later: edit({ title: 'Newer', body: 'Three.\n' }, KEYLESS),
  },
  'tags, not one more': { first: tag(['a']), other: tag(['a', 'b']), later: tag(['c'], ['a'], KEYLESS) },
  'tags, not one less': { before: tag(['x'], [], KEYLESS), first: tag(['a']), other: tag(['a'], ['x']) },
  'tags of which one was there': {
    before: tag(['x'], [], KEYLESS),
    first: tag(['a', 'x'], ['z']),
    other: tag(['b']),
    later: tag([], ['a', 'x'], KEYLESS),
  },
  'a tick, not of one more': { first: mark(['T001']), other: mark(['T001', 'T003']) },
  'a tick of which one was made': {
    before: mark(['T002'], true, KEYLESS),
    first: mark(['T001', 'T002']),
    other: mark(['T003']),
    later: mark(['T001', 'T002'], false, KEYLESS),
  },
  'an archiving, not for another reason': { first: archive('over'), other: archive('late') },
  'an archiving with open work, and no acceptance': { first: archive(), other: accept() },
  'an acceptance': {
    before: move('canceled', { workPackages: ['WP01', 'WP02', 'WP03'], reason: 'r', provenance: KEYLESS }),
    first: accept(),
    other: archive('over'),
  },
  'a feature, not with another title': { first: setUp('One'), other: setUp('Two') },
  'a record, not with another note': {
    first: recorded({ note: 'hello', tags: ['a'] }),
    other: recorded({ note: 'another' }),
    later: note('bye', KEYLESS),
  },
}

describe('an idempotency key', () => {
  it.each(Object.entries(CASES))('answers for %s; the repeat is answered later, too', async (_, one) => {
    const made = await project()
    if (one.before !== undefined) await made.use(one.before)
    const old = await idsOf(made)
    const answer = eventsIn(await made.use(one.first))
    const ids = await idsOf(made)
    await expect(made.use(one.other)).rejects.toMatchObject({
      kind: 'UsageError',
      message: expect.stringContaining(KEY) as unknown,
    })
    expect(await idsOf(made)).toEqual(ids)
    await made.use(one.later ?? nothing)
    const later = await idsOf(made)
    const written = answer.filter((id) => !old.includes(id))
    expect(eventsIn(await made.use(one.first))).toEqual(expect.arrayContaining(written))
    expect(await idsOf(made)).toEqual(later)
  })

  it.each(['refs/heads/main', 'main', 'HEAD'])(
    'answers for a workspace that begins at %s, by whatever name the log has it',
    async (base) => {
      const made = await project()
      made.git('branch', '-M', 'main')
      const begun: Command = async (services) =>
        (await services.get(Implement)).implement({ ...WP01, base, provenance: ADA })
      await made.use(begun)
      const ids = await idsOf(made)
      await made.use(begun)
      expect(await idsOf(made)).toEqual(ids)
      const other: Command = async (services) =>
        (await services.get(Implement)).implement({ ...WP01, base: 'main~0', provenance: ADA })
      await expect(made.use(other)).rejects.toMatchObject({ kind: 'UsageError' })
    },
  )

  it('of a note lets no package be renumbered or merged, and is refused before anything changes', async () => {
    const made = await project()
    await made.use(both(note('hello'), implement(KEYLESS)))
    made.write(`${TASKS}/WP03-other.md`, '---\ntitle: Other\n---\n')
    const [ids, head] = [await idsOf(made), made.git('rev-parse', 'HEAD')]
    const renumber: Command = async (services) =>
      (await services.get(RenumberPackage)).renumber({
        feature: FEATURE,
        workPackage: 'WP03',
        file: 'WP03-other.md',
        provenance: ADA,
      })
    const merge: Command = async (services) =>
      (await services.get(MergePackage)).merge({ ...WP01, provenance: ADA })
    for (const command of [renumber, merge])
      await expect(made.use(command)).rejects.toMatchObject({
        kind: 'UsageError',
        message: expect.stringContaining(KEY) as unknown,
      })
    expect(await idsOf(made)).toEqual(ids)
    expect(made.git('rev-parse', 'HEAD')).toBe(head)
    expect(existsSync(made.path(TASKS, 'WP03-other.md'))).toBe(true)
  })

  it('answers for a move to a lane by its other name', async () => {
    const made = await new Project({ workflow: 'reviewed' }).withPackages({ WP01: {} })
    await made.use(both(move('claimed', { provenance: KEYLESS }), move('doing')))
    const ids = await idsOf(made)
    await made.use(both(move('doing'), move('in_progress')))
    expect(await idsOf(made)).toEqual(ids)
  })

  it('answers for a new package whose file was edited by hand since, and where no note says what kitty wrote', async () => {
    const made = await project()
    await made.use(make())
    const ids = await idsOf(made)
    const file = made.path(TASKS, 'WP04-mail.md')
    writeFileSync(file, readFileSync(file, 'utf8').replace('Write', 'Write and send'))
    await made.use(make())
    rmSync(made.path('.git/kitty/written.jsonl'))
    await made.use(make())
    expect(await idsOf(made)).toEqual(ids)
  })
})
