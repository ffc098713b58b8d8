import { describe, expect, it, vi } from 'vitest'
import { MovePackages, type MovePackagesRequest } from '../../../src/core/services/moves/move-packages.js'
import { KittyError } from '../../../src/core/errors/kitty-error.js'
import { MoveTask } from '../../../src/core/services/moves/move-task.js'
import { LaneFiles } from '../../../src/core/services/moves/lane-files.js'
import { EventStore } from '../../../src/core/store/event-store.js'
import { rejectionOf } from '../../support/kitty-error.js'
import { by, FEATURE, Project } from '../../support/project.js'
import { ErrorStorage } from '../../../src/core/errors/error-storage.js'

const place = (workPackage: string, feature = FEATURE) => ({ feature, workPackage })
const request = (packages: readonly string[], more: Partial<MovePackagesRequest> = {}) => ({
  places: packages.map((id) => place(id)),
  to: 'doing',
  each: false,
  force: false,
  provenance: by('ada'),
  ...more,
})

async function project(): Promise<Project> {
  return new Project().withPackages({ WP01: {}, WP02: {}, WP03: { dependencies: ['WP01'] } })
}

const move = (there: Project, asked: MovePackagesRequest) =>
  there.use(async (services) => (await services.get(MovePackages)).move(asked))
const lanes = (there: Project) =>
  there.use(async (services) => {
    const rows = await (await services.get(EventStore)).boardRows()
    return rows.map((row) => row.lane)
  })
const count = (there: Project) =>
  there.use(async (services) => (await (await services.get(EventStore)).wholeLog()).length)

describe('moving several packages', () => {
  it('moves each of them once, and writes each lane into its file', async () => {
    const there = await project()
    const moved = await move(there, request(['WP01', 'WP02', 'WP01']))
    expect(moved.map((one) => [one.work_package, one.old_status, one.new_status])).toEqual([
      ['WP01', 'planned', 'doing'],
      ['WP02', 'planned', 'doing'],
    ])
    expect(await lanes(there)).toEqual(['doing', 'doing', 'planned'])
    expect(there.read(`kitty-specs/${FEATURE}/tasks/WP02-part.md`)).toContain('lane: doing')
  })

  it('looks once at the files of the feature, however many of its packages move', async () => {
    const there = await project()
    const settle = vi.spyOn(LaneFiles.prototype, 'settle')
    try {
      await move(there, request(['WP01', 'WP02']))
      expect(settle.mock.calls.map(([, moved]) => [...moved])).toEqual([['WP01', 'WP02']])
    } finally {
      settle.mockRestore()
    }
  })

  it('looks at the files of packages that stay once in a run of moves, and again in the next run', async () => {
    const there = await project()
    await move(there, request(['WP01', 'WP02']))
    await there.use(async (services) => {
      const [run, other] = [await services.get(MovePackages), `kitty-specs/${FEATURE}/tasks/WP02-part.md`]
      const behind = (): string => there.write(other, there.read(other).replace('lane: doing', 'lane: done'))
      const settle = vi.spyOn(LaneFiles.prototype, 'settle')
      try {
        for (const to of ['for_review', 'doing']) {
          behind()
          await run.move(request(['WP01', 'WP03'], { to, each: true, force: true, reason: 'a run' }))
          expect(there.read(other)).toContain('lane: doing')
        }
        const looks = settle.mock.calls.map(([rows]) => rows.map((row) => row.work_package_id))
        const once = [['WP01', 'WP02', 'WP03'], ['WP03']]
        expect(looks.map((ids) => ids.toSorted())).toEqual([...once, ...once])
      } finally {
        settle.mockRestore()
      }
    })
  })

  it('moves none when one is refused, and says so', async () => {
    const there = await project()
    const before = await count(there)
    const refusal = await rejectionOf(move(there, request(['WP01', 'WP03', 'WP02'])))
    expect(refusal).toMatchObject({ kind: 'DependencyValidationError', context: { work_package: 'WP03' } })
    expect(refusal.message).toMatch(/None of the 3 packages was moved\.$/)
    expect(await lanes(there)).toEqual(['planned', 'planned', 'planned'])
    expect(await count(there)).toBe(before)
  })

  it('names each next step once, however many packages were refused for one reason', async () => {
    const there = await project()
    for (const each of [true, false]) {
      const { nextSteps } = await rejectionOf(move(there, request(['WP01', 'WP02'], { to: 'done', each })))
      const texts = nextSteps.map(({ text }) => text)
      expect(texts.filter((text) => text === 'An owner can overrule.')).toHaveLength(1)
      expect(new Set(texts).size).toBe(texts.length)
    }
  })

  it.each([
    ['someone else’s package', 'for_review', 'bob'],
    ['a step that the workflow lacks', 'done', 'ada'],
  ])('says once who may overrule: %s', async (_, to, actor) => {
    const there = await project()
    await move(there, request(['WP01']))
    const refusal = await rejectionOf(move(there, request(['WP01'], { to, provenance: by(actor) })))
    const said = [refusal.message, ...refusal.nextSteps.map(({ text }) => text)].join('\n')
    expect(said.match(/overrule/g)).toHaveLength(1)
  })

  it('moves the others with each, and says which were refused and why', async () => {
    const there = await project()
    const refusal = await rejectionOf(move(there, request(['WP03', 'WP01', 'WP09', 'WP02'], { each: true })))
    expect(refusal).toMatchObject({
      kind: 'DependencyValidationError',
      context: {
        moved: [{ work_package: 'WP01' }, { work_package: 'WP02' }],
        refused: [
          { work_package: 'WP03', kind: 'DependencyValidationError' },
          { work_package: 'WP09', kind: 'UnknownWorkPackage' },
        ],
      },
    })
    expect(await lanes(there)).toEqual(['doing', 'doing', 'planned'])
  })

  it('records each refusal but the first, which its command records', async () => {
    const there = await project()
    await move(there, request(['WP01', 'WP02']))
    await rejectionOf(move(there, request(['WP03', 'WP01', 'WP02'], { each: true })))
    const records = await there.use(async (services) => (await services.get(ErrorStorage)).list({}))
    expect(records.map((record) => record.entity_id).sort()).toEqual(['WP01', 'WP02'])
  })

  it.each([false, true])('writes nothing when it is repeated with its key (each: %s)', async (each) => {
    const there = await project()
    const asked = request(['WP01', 'WP02'], { each, provenance: by('ada', 'run-1') })
    const first = await move(there, asked)
    const before = await count(there)
    const again = await move(there, asked)
    expect(again.map((one) => one.event.event_id)).toEqual(first.map((one) => one.event.event_id))
    expect(await count(there)).toBe(before)
  })

  it('takes a key that is as long as a key may be, and writes nothing for it twice', async () => {
    const there = await project()
    const provenance = by('ada', 'k'.repeat(200))
    const asked = request(['WP01', 'WP02'], { each: true, provenance })
    const first = await move(there, asked)
    const again = await move(there, asked)
    expect(again.map((one) => one.event.event_id)).toEqual(first.map((one) => one.event.event_id))
    expect(new Set(first.map((one) => one.event.causation_id)).size).toBe(2)
  })

  it.each(['LockTimeout', 'DiskFull'] as const)('tries no further package after %s', async (kind) => {
    const there = await project()
    const failure = await there.use(async (services) => {
      const task = await services.get(MoveTask)
      const tried = vi.spyOn(task, 'move')
      tried.mockRejectedValueOnce(new KittyError('StateTransitionError', 'Not now.'))
      tried.mockRejectedValueOnce(new KittyError(kind, 'No.'))
      const asked = request(['WP01', 'WP02', 'WP03'], { each: true })
      const refusal = await rejectionOf((await services.get(MovePackages)).move(asked))
      expect(tried).toHaveBeenCalledTimes(2)
      return refusal
    })
    expect(failure).toMatchObject({
      kind,
      message: 'Not moved: WP01: Not now. WP02: No. Not tried: WP03.',
      context: { not_tried: [{ feature: FEATURE, work_package: 'WP03' }], moved: [] },
    })
  })

  it('refuses a key that moved other packages', async () => {
    const there = await project()
    await move(there, request(['WP01'], { provenance: by('ada', 'run-1') }))
    const refusal = await rejectionOf(
      move(there, request(['WP01', 'WP02'], { provenance: by('ada', 'run-1') })),
    )
    expect(refusal).toMatchObject({ kind: 'UsageError' })
  })

  it('moves packages of several features only one by one', async () => {
    const there = await project()
    const places = [place('WP01'), place('WP01', '002-other')]
    expect(await rejectionOf(move(there, request([], { places })))).toMatchObject({
      kind: 'UsageError',
      nextSteps: [{ text: expect.stringContaining('--each') }, { argv: null }],
    })
  })
})
