import { chmodSync, cpSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { inParallel } from '../support/in-parallel.js'
import { documentOf, kitty, type Outcome } from '../support/program.js'
import { sharedFolder } from '../support/temp-folder.js'
import { TempRepository } from '../support/temp-repository.js'
import { sharedSpecsDir, sharedWorkPackageFiles } from '../unit/specs/shared-specs.js'

const SPECS = sharedSpecsDir()

interface Package {
  readonly work_package: string
  readonly dependencies: readonly string[]
  readonly blocked_by: readonly string[]
  readonly file: string
}
interface Feature {
  readonly feature: string
  readonly lanes: Readonly<Record<string, readonly Package[]>>
  readonly progress: { readonly done: number; readonly total: number; readonly percent: number }
}
interface LoggedEvent {
  readonly event_type: string
  readonly entity_id: string
  readonly lamport_clock: number
  readonly payload: Readonly<Record<string, unknown>>
}

describe.skipIf(SPECS === undefined)('eleven real features, from their files to a replayed board', () => {
  const specs = SPECS ?? ''
  const files = SPECS === undefined ? [] : sharedWorkPackageFiles(specs)
  const total = files.length
  /** feature/WPxx → where the test has moved it. */
  const lanes = new Map<string, string>()
  let moves = 0
  const originals = new Map<string, Buffer>()
  let repository: TempRepository
  let finalized: Outcome

  const run = (...args: string[]): Promise<Outcome> => kitty({ cwd: repository.root }, ...args)
  const board = async (): Promise<Feature[]> =>
    documentOf(await run('status', '--json'))['features'] as Feature[]
  const packages = (feature: Feature): Package[] => Object.values(feature.lanes).flat()

  async function move(feature: string, id: string, to: string, ...flags: string[]): Promise<void> {
    const moved = await run(
      'agent',
      'tasks',
      'move-task',
      id,
      '--to',
      to,
      '--feature',
      feature,
      '--json',
      ...flags,
    )
    expect(moved, `${feature} ${id} → ${to}`).toMatchObject({ code: 0 })
    expect(documentOf(moved)).toMatchObject({ feature, work_package: id, new_status: to })
    lanes.set(`${feature}/${id}`, to)
    moves++
  }

  /** One package all the way to done, then the next one that this sets free. */
  async function work(feature: Feature): Promise<void> {
    const all = packages(feature)
    const [first] = all.filter((candidate) => candidate.dependencies.length === 0)
    if (first === undefined) throw new Error(`${feature.feature} has no package to begin with`)
    await move(feature.feature, first.work_package, 'doing', '--expect', 'planned')
    await move(
      feature.feature,
      first.work_package,
      'for_review',
      '--force',
      '--reason',
      'subtasks are kept elsewhere',
    )
    await move(feature.feature, first.work_package, 'done')
    const next = all.find(
      ({ work_package, dependencies }) =>
        work_package !== first.work_package && dependencies.every((id) => id === first.work_package),
    )
    if (next !== undefined) await move(feature.feature, next.work_package, 'doing')
  }

  beforeAll(async () => {
    repository = new TempRepository(sharedFolder())
    cpSync(specs, join(repository.root, 'kitty-specs'), { recursive: true })
    makeWritable(join(repository.root, 'kitty-specs'))
    repository.commitAll('the specs')
    for (const file of files) originals.set(file.slice(specs.length + 1), readFileSync(file))
    expect(await run('init')).toMatchObject({ code: 0 })
    finalized = await run('agent', 'feature', 'finalize-tasks', '--all', '--json')
    await inParallel(await board(), work)
  }, 240_000)

  it('takes in every feature and every package, whatever shape its front matter has', async () => {
    expect(finalized.code).toBe(0)
    const { features, events } = documentOf(finalized) as {
      features: { feature: string; created: string[]; skipped: { file: string }[] }[]
      events: number
    }
    expect(features.map(({ feature }) => feature)).toEqual(foldersOf(specs))
    const skipped = features.flatMap((feature) => feature.skipped.map(({ file }) => file))
    expect(skipped.filter((file) => !file.endsWith('.md.bak'))).toEqual([])
    expect(features.flatMap(({ created }) => created)).toHaveLength(total)
    expect(events).toBe(total + features.length)
  })

  it('adds nothing when finalize-tasks is repeated', async () => {
    const again = documentOf(await run('agent', 'feature', 'finalize-tasks', '--all', '--json'))
    expect(again).toMatchObject({ events: 0 })
  })

  it('shows each package in the lane it was last moved to, and counts what is done', async () => {
    const features = await board()
    expect(moves).toBeGreaterThanOrEqual(36)
    for (const feature of features) {
      for (const [lane, inLane] of Object.entries(feature.lanes))
        for (const { work_package } of inLane)
          expect([work_package, lane]).toEqual([
            work_package,
            lanes.get(`${feature.feature}/${work_package}`) ?? 'planned',
          ])
      const done = packages(feature).filter(
        ({ work_package }) => lanes.get(`${feature.feature}/${work_package}`) === 'done',
      )
      expect(feature.progress).toMatchObject({ done: done.length, total: packages(feature).length })
    }
    expect(features.flatMap(packages)).toHaveLength(total)
  })

  it('says of each package which dependencies it still waits for', async () => {
    for (const feature of await board())
      for (const { dependencies, blocked_by, work_package } of packages(feature)) {
        if (lanes.get(`${feature.feature}/${work_package}`) === 'done') continue
        const open = dependencies.filter((id) => lanes.get(`${feature.feature}/${id}`) !== 'done')
        expect([feature.feature, work_package, blocked_by]).toEqual([feature.feature, work_package, open])
      }
  })

  it('lists every event once, in the order of its clock', async () => {
    const { events, count } = documentOf(await run('agent', 'events', 'list', '--json')) as {
      events: LoggedEvent[]
      count: number
    }
    expect(count).toBe(11 + total + moves)
    expect(events.map((event) => event.lamport_clock)).toEqual(
      Array.from({ length: count }, (_, at) => at + 1),
    )
    const ofType = (type: string): number => events.filter((event) => event.event_type === type).length
    expect([ofType('SpecCreated'), ofType('WPCreated'), ofType('WPStatusChanged')]).toEqual([
      11,
      total,
      moves,
    ])
  })

  it('tells the history of one package', async () => {
    const [feature] = (await board()).filter(({ progress }) => progress.done > 0)
    const [done] = feature?.lanes['done'] ?? []
    const listed = await run(
      'agent',
      'events',
      'list',
      '--feature',
      feature?.feature ?? '',
      '--entity',
      done?.work_package ?? '',
      '--json',
    )
    const { events } = documentOf(listed) as { events: LoggedEvent[] }
    expect(
      events.map(({ event_type, payload }) => [event_type, payload['old_status'], payload['new_status']]),
    ).toEqual([
      ['WPCreated', undefined, undefined],
      ['WPStatusChanged', 'planned', 'doing'],
      ['WPStatusChanged', 'doing', 'for_review'],
      ['WPStatusChanged', 'for_review', 'done'],
    ])
  })

  it('changes the lane line of the files that were moved, and no other byte of any file', () => {
    for (const [name, original] of originals) {
      const now = readFileSync(join(repository.root, 'kitty-specs', name))
      const [, feature, id] = /^([^/]+)\/tasks\/(WP\d+)/.exec(name) ?? []
      const lane = lanes.get(`${feature ?? ''}/${id ?? ''}`)
      if (lane === undefined) expect(now.equals(original), `${name} was not moved`).toBe(true)
      else {
        expect(withoutLane(now), name).toBe(withoutLane(original))
        expect(laneLines(now), name).toHaveLength(1)
        expect(laneLines(now)[0]).toMatch(new RegExp(`^lane: *["']?${lane}["']?\\s*$`))
      }
    }
    const elsewhere = repository.git('status', '--porcelain', '--', 'kitty-specs').split('\n').filter(Boolean)
    expect(elsewhere.every((line) => /^ M .*\/tasks\/WP\d+/.test(line))).toBe(true)
  })

  it('leaves a log in which verify finds nothing wrong', async () => {
    const verified = await run('agent', 'events', 'verify', '--json')
    expect(documentOf(verified)).toMatchObject({ events: 11 + total + moves, problems: [] })
    expect(verified.code).toBe(0)
  })
})

function foldersOf(specs: string): string[] {
  const folders = readdirSync(specs, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return folders.map((entry) => entry.name).sort()
}

/** The originals are read-only, and copies keep that. */
function makeWritable(path: string): void {
  chmodSync(path, statSync(path).mode | 0o200)
  if (!statSync(path).isDirectory()) return
  for (const name of readdirSync(path)) makeWritable(join(path, name))
}

/** Front matter keys start a line; `lane:` inside a list or in the text is not one. Latin-1 keeps every byte. */
function lines(bytes: Buffer): { front: string[]; rest: string[] } {
  const all = bytes.toString('latin1').split('\n')
  const end = all.findIndex((line, at) => at > 0 && /^(---|\.\.\.)\s*$/.test(line))
  return { front: all.slice(0, end), rest: all.slice(end) }
}

function laneLines(bytes: Buffer): string[] {
  return lines(bytes).front.filter((line) => /^lane:/.test(line))
}

function withoutLane(bytes: Buffer): string {
  const { front, rest } = lines(bytes)
  return [...front.filter((line) => !/^lane:/.test(line)), ...rest].join('\n')
}
