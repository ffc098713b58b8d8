import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { rejectionOf, stepsOf } from '../../support/kitty-error.js'
import { by, FEATURE, Project, type Services } from '../../support/project.js'
import { MoveTask } from '../../../src/core/services/moves/move-task.js'
import { ErrorStorage } from '../../../src/core/errors/error-storage.js'
import { Gates, type GateStatus } from '../../../src/core/services/packages/gates.js'
import { EventStore } from '../../../src/core/store/event-store.js'
import { ErrorQueries } from '../../../src/core/services/error-queries.js'

const WP01 = { feature: FEATURE, workPackage: 'WP01' }

const project = (): Promise<Project> =>
  new Project().withPackages({ WP01: { subtasks: ['T001'] }, WP02: { dependencies: ['WP01'] } })

async function move(services: Services, workPackage: string, to: string, actor = 'ada', more = {}) {
  const service = await services.get(MoveTask)
  return service.move({ feature: FEATURE, workPackage, to, force: false, provenance: by(actor), ...more })
}

/** As the command does it: what is refused is recorded, then reported. */
async function refusedMove(services: Services, workPackage: string, to: string, actor = 'ada') {
  const error = await rejectionOf(move(services, workPackage, to, actor))
  const { recordOf } = await import('../../../src/core/errors/error-record.js')
  const record = recordOf(error, 'agent tasks move-task')
  if (record) (await services.get(ErrorStorage)).record(record)
  return error
}

const addGate = async (services: Services, type = 'CI_CHECK') =>
  (await services.get(Gates)).add({ ...WP01, type, provenance: by('ada') })
const setGate = async (services: Services, gate: string, status: GateStatus, details?: string) =>
  (await services.get(Gates)).set({ feature: FEATURE, gate, status, details, provenance: by('ada') })

describe('gates', () => {
  it('are named by package and type; a second one of a type is numbered', async () => {
    await (
      await project()
    ).use(async (services) => {
      const ids = []
      for (const type of ['CI_CHECK', 'REVIEW', 'CI_CHECK', 'CI_CHECK'])
        ids.push((await addGate(services, type)).gate.gate_id)
      expect(ids).toEqual(['WP01-CI_CHECK', 'WP01-REVIEW', 'WP01-CI_CHECK:2', 'WP01-CI_CHECK:3'])
    })
  })

  it('have IDs that no other type can have, also where a log has a second gate of the older form', async () => {
    await (
      await project()
    ).use(async (services) => {
      const payload = {
        feature_slug: FEATURE,
        work_package_id: 'WP01',
        gate_id: 'WP01-CI-2',
        gate_type: 'CI',
      }
      for (const type of ['CI', 'CI', 'CI-2']) await addGate(services, type)
      const store = await services.get(EventStore)
      const older = { event_type: 'GateCreated', entity_type: 'Gate' } as const
      for (const gate_id of ['WP02-CI', 'WP02-CI-2'])
        await store.emit(
          [{ ...older, entity_id: gate_id, payload: { ...payload, work_package_id: 'WP02', gate_id } }],
          by('ada'),
        )
      const gates = async () =>
        (await (await services.get(Gates)).list(FEATURE)).map((gate) => [gate.gate_id, gate.gate_type])
      expect(await gates()).toEqual([
        ['WP01-CI', 'CI'],
        ['WP01-CI:2', 'CI'],
        ['WP01-CI-2', 'CI-2'],
        ['WP02-CI', 'CI'],
        ['WP02-CI-2', 'CI'],
      ])
      const added = await (
        await services.get(Gates)
      ).add({ feature: FEATURE, workPackage: 'WP02', type: 'CI-2', provenance: by('ada') })
      expect(added.gate).toMatchObject({ gate_id: 'WP02-CI-2:2', gate_type: 'CI-2' })
      expect((await setGate(services, 'WP02-CI-2', 'passed')).gate).toMatchObject({
        gate_type: 'CI',
        status: 'passed',
      })
    })
  })

  it('hold a package back from done until each has passed', async () => {
    await (
      await project()
    ).use(async (services) => {
      await addGate(services)
      await move(services, 'WP01', 'for_review', 'ada', { force: true, reason: 'r' })
      for (const status of ['pending', 'failed'] as const) {
        await setGate(services, 'WP01-CI_CHECK', status)
        expect(await rejectionOf(move(services, 'WP01', 'done'))).toMatchObject({
          kind: 'GateFailure',
          exitCode: 1,
          context: { blockers: ['WP01-CI_CHECK'] },
        })
      }
      const { gate, event } = await setGate(services, 'WP01-CI_CHECK', 'passed', 'all 214')
      expect(gate).toEqual({
        gate_id: 'WP01-CI_CHECK',
        work_package: 'WP01',
        feature: FEATURE,
        gate_type: 'CI_CHECK',
        status: 'passed',
      })
      expect(event.payload).toMatchObject({
        old_status: 'failed',
        new_status: 'passed',
        result_data: { details: 'all 214' },
      })
      expect((await move(services, 'WP01', 'done')).event.payload).toMatchObject({
        gate_results: [{ gate_type: 'CI_CHECK', status: 'passed' }],
      })
    })
  })

  it('that fail are error records of their package', async () => {
    await (
      await project()
    ).use(async (services) => {
      await addGate(services)
      await setGate(services, 'WP01-CI_CHECK', 'failed', '2 tests of 214')
      await setGate(services, 'WP01-CI_CHECK', 'passed')
      expect((await services.get(ErrorStorage)).list()).toMatchObject([
        {
          error_type: 'GateFailure',
          entity_id: 'WP01',
          reason: 'CI_CHECK failed for WP01: 2 tests of 214',
          context: {
            feature_slug: FEATURE,
            gate_id: 'WP01-CI_CHECK',
            current_status: 'planned',
            requested_status: null,
            valid_transitions: ['doing', 'canceled'],
          },
        },
      ])
    })
  })

  it('that do not exist are refused with those that do, and so is a type that is none', async () => {
    await (
      await project()
    ).use(async (services) => {
      await addGate(services)
      const unknown = await rejectionOf(setGate(services, 'WP01-NONE', 'passed'))
      expect(unknown).toMatchObject({
        kind: 'UnknownGate',
        exitCode: 2,
        nextSteps: [{ text: 'There are: WP01-CI_CHECK', argv: null }],
      })
      for (const type of ['', 'two words', '-x', 'a'.repeat(65), 'a\nb'])
        expect((await rejectionOf(addGate(services, type))).kind).toBe('UsageError')
    })
  })
})

describe('a refused move', () => {
  it('names what is in the way, what removes it, and who asked', async () => {
    await (
      await project()
    ).use(async (services) => {
      const dependency = await rejectionOf(move(services, 'WP02', 'doing'))
      expect(dependency).toMatchObject({
        kind: 'DependencyValidationError',
        context: {
          feature_slug: FEATURE,
          work_package: 'WP02',
          current_status: 'planned',
          requested_status: 'doing',
          valid_transitions: ['doing', 'canceled'],
          blockers: ['WP01'],
          actor: 'ada',
          earlier: null,
        },
      })
      expect(stepsOf(dependency)[0]).toBe('kitty show 001/WP01')
      await move(services, 'WP01', 'doing')
      const subtask = await rejectionOf(move(services, 'WP01', 'for_review'))
      expect(stepsOf(subtask)[0]).toBe('kitty tick 001/WP01 T001')
      expect((await rejectionOf(move(services, 'WP01', 'planned', 'bob'))).context).toMatchObject({
        blockers: ['ada'],
        actor: 'bob',
      })
    })
  })

  it('says when, to whom and how often the same package met the same reason before', async () => {
    const demo = await project()
    await demo.use((services) => refusedMove(services, 'WP02', 'doing', 'ada'))
    const second = await demo.use((services) => refusedMove(services, 'WP02', 'doing', 'bob'))
    expect(second.context['earlier']).toMatchObject({ times: 1, last_actor: 'ada' })
    const third = await demo.use((services) => refusedMove(services, 'WP02', 'doing', 'ada'))
    expect(third.context['earlier']).toMatchObject({
      times: 2,
      last_actor: 'bob',
      last_reason: second.message,
    })
    expect(stepsOf(third).join('\n')).toMatch(
      /^Refused for this reason 2 times before, last at 2026-11-22T.*, for bob\.$/m,
    )
  })

  it('remembers neither other packages, other features and other reasons, nor what is older than a month', async () => {
    const demo = await project()
    await demo.use(async (services) => {
      await refusedMove(services, 'WP02', 'doing')
      await refusedMove(services, 'WP02', 'done')
      const errors = await services.get(ErrorStorage)
      const [record] = errors.list({ type: 'DependencyValidationError' })
      errors.record({ ...record!, context: { ...record!.context, feature_slug: '002-other' } })
      await move(services, 'WP01', 'doing')
      expect((await rejectionOf(move(services, 'WP01', 'for_review'))).context['earlier']).toBeNull()
      expect((await rejectionOf(move(services, 'WP02', 'doing'))).context['earlier']).toMatchObject({
        times: 1,
      })
    })
    demo.time += 32 * 86_400_000
    await demo.use(async (services) => {
      expect((await rejectionOf(move(services, 'WP02', 'doing'))).context['earlier']).toBeNull()
    })
  })

  it('remembers the gate that failed before anybody tried to finish', async () => {
    await (
      await project()
    ).use(async (services) => {
      await addGate(services)
      await setGate(services, 'WP01-CI_CHECK', 'failed', 'red')
      await move(services, 'WP01', 'for_review', 'ada', { force: true, reason: 'r' })
      const { context } = await rejectionOf(move(services, 'WP01', 'done'))
      expect(context['earlier']).toMatchObject({ times: 1, last_reason: 'CI_CHECK failed for WP01: red' })
    })
  })
})

describe('errors match', () => {
  const match = async (services: Services, workPackage: string, to: string, actor = 'ada') =>
    (await services.get(ErrorQueries)).match({ feature: FEATURE, workPackage, to, actor })

  it('says what would be said to the move now and what was said before, and writes nothing', async () => {
    const demo = await project()
    await demo.use((services) => refusedMove(services, 'WP02', 'doing'))
    await demo.use((services) => refusedMove(services, 'WP02', 'done'))
    const files = (): string[] =>
      readdirSync(demo.path('.kittify'), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.jsonl'))
        .map((name) => readFileSync(demo.path('.kittify', name), 'utf8'))
    const before = files()
    await demo.use(async (services) => {
      const answer = await match(services, 'WP02', 'doing')
      expect(answer).toMatchObject({
        current_status: 'planned',
        requested_status: 'doing',
        refusal: { kind: 'DependencyValidationError', blockers: ['WP01'] },
        count: 1,
        errors: [{ error_type: 'DependencyValidationError', entity_id: 'WP02' }],
      })
      expect(await match(services, 'WP01', 'doing')).toMatchObject({ refusal: null, errors: [], count: 0 })
      expect(await rejectionOf(match(services, 'WP01', 'nowhere'))).toMatchObject({
        kind: 'UsageError',
        exitCode: 2,
      })
      expect((await rejectionOf(match(services, 'WP77', 'doing'))).kind).toBe('UnknownWorkPackage')
    })
    expect(files()).toEqual(before)
  })

  it('tells of failed gates to those who ask about a lane that gates guard', async () => {
    await (
      await project()
    ).use(async (services) => {
      await addGate(services)
      await setGate(services, 'WP01-CI_CHECK', 'failed')
      expect((await match(services, 'WP01', 'done')).count).toBe(1)
      expect((await match(services, 'WP01', 'doing')).count).toBe(0)
    })
  })

  it('remembers nothing once the records were deleted', async () => {
    const demo = await project()
    await demo.use((services) => refusedMove(services, 'WP02', 'doing'))
    expect(existsSync(demo.path('.kittify/errors'))).toBe(true)
    rmSync(demo.path('.kittify/errors'), { recursive: true })
    await demo.use(async (services) => {
      expect((await match(services, 'WP02', 'doing')).errors).toEqual([])
      expect(await services.warnings()).toEqual([])
    })
  })
})
