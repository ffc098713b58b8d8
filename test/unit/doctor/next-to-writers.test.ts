import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Notices } from '../../../src/core/errors/notices.js'
import { IndexHealth } from '../../../src/core/index/index-health.js'
import type { HeldLock, WriteLock } from '../../../src/core/lock/write-lock.js'
import { ClockStorage } from '../../../src/core/log/clock-storage.js'
import { EventLog } from '../../../src/core/log/event-log.js'
import { Journal } from '../../../src/core/log/repair/journal.js'
import { Doctor } from '../../../src/core/services/doctor/doctor.js'
import { LogChecks } from '../../../src/core/services/doctor/log-checks.js'
import { MachineChecks } from '../../../src/core/services/doctor/machine-checks.js'
import { MoveTask } from '../../../src/core/services/moves/move-task.js'
import { Verify } from '../../../src/core/services/verify/verify.js'
import { QuietLook } from '../../../src/core/services/verify/quiet-look.js'
import { EventStore } from '../../../src/core/store/event-store.js'
import type { Resolver } from '../../../src/core/token.js'
import { Session } from '../../../src/core/workspace/session.js'
import { Workspace } from '../../../src/core/workspace/workspace.js'
import { by, FEATURE, inProcess, kittyIn, project } from '../../support/kitty.js'

/** A lock that is free when the writer before has finished its work. */
class AfterWriter implements WriteLock {
  isHeld = false

  constructor(private readonly finish: () => void) {}

  acquire(): Promise<HeldLock> {
    this.finish()
    this.isHeld = true
    const release = (): void => {
      this.isHeld = false
    }
    return Promise.resolve({ release, releaseForNow: release })
  }

  holder(): undefined {
    return undefined
  }

  close(): void {
    // Nothing is open.
  }
}

async function verifyWith(
  kitty: Resolver,
  parts: { lock: WriteLock; health?: IndexHealth },
): Promise<readonly { kind: string }[]> {
  const verify = new Verify(
    await kitty.resolve(Workspace),
    await kitty.resolve(EventLog),
    await kitty.resolve(Journal),
    await kitty.resolve(ClockStorage),
    parts.health ?? (await kitty.resolve(IndexHealth)),
    await kitty.resolve(Notices),
    new QuietLook(parts.lock),
  )
  return (await verify.verify()).problems
}

/** The same object, with one method replaced. */
function withMethod<T extends object>(target: T, method: keyof T, replaced: unknown): T {
  return new Proxy(target, {
    get: (of, name) => {
      if (name === method) return replaced
      const value: unknown = Reflect.get(of, name)
      return typeof value === 'function' ? (value as () => unknown).bind(of) : value
    },
  })
}

interface Around {
  /** What another process does between the doctor's look and its repair. */
  readonly before: () => Promise<unknown>
  /** Called when the first repair is done, with the lock still held. */
  readonly after: () => void
}

async function fixWith(root: string, { before, after }: Around): Promise<void> {
  const kitty = kittyIn(root)
  const store = await kitty.resolve(EventStore)
  let isFirst = true
  const exclusively: EventStore['exclusively'] = async (purpose, work) => {
    if (!isFirst) return store.exclusively(purpose, work)
    isFirst = false
    await before()
    return store.exclusively(purpose, async () => {
      const answer = await work()
      after()
      return answer
    })
  }
  const opened = {
    machine: await kitty.resolve(MachineChecks),
    log: await kitty.resolve(LogChecks),
    quiet: await kitty.resolve(QuietLook),
    store: withMethod(store, 'exclusively', exclusively),
  }
  const doctor = new Doctor(await kitty.resolve(Session), await kitty.resolve(Notices), () => opened)
  await doctor.examine(true)
}

const move = (root: string, workPackage: string, to: string): Promise<unknown> =>
  inProcess(root, MoveTask, (service) =>
    service.move({ feature: FEATURE, workPackage, to, force: false, provenance: by('ada') }),
  )

const packageFile = (root: string, id: string): string => {
  const tasks = join(root, 'kitty-specs', FEATURE, 'tasks')
  return join(tasks, readdirSync(tasks).find((name) => name.startsWith(id)) ?? '')
}

const dayFile = (root: string): string => {
  const events = join(root, '.kittify', 'events')
  return join(events, readdirSync(events).find((name) => name.endsWith('.jsonl')) ?? '')
}

describe('verify next to a writer', () => {
  it('says nothing of a line that is half written while it looks', async () => {
    const root = await project()
    const [day, whole] = [dayFile(root), readFileSync(dayFile(root))]
    truncateSync(day, whole.length - 20)
    const lock = new AfterWriter(() => {
      appendFileSync(day, whole.subarray(-20))
    })
    const kitty = kittyIn(root)
    const health = await kitty.resolve(IndexHealth)
    let replays = 0
    const replay: IndexHealth['replay'] = (seen) => {
      replays += 1
      return health.replay(seen)
    }
    expect(await verifyWith(kitty, { lock, health: withMethod(health, 'replay', replay) })).toEqual([])
    // Writers wait for what has come since to be read, not for the whole log.
    expect([replays, lock.isHeld]).toEqual([1, false])
  })

  it('still reports what is half written once the writer has finished, and what another one wrote', async () => {
    const root = await project()
    const day = dayFile(root)
    appendFileSync(day, '{"event_id"')
    const lock = new AfterWriter(() => {
      writeFileSync(day, `no event\n${readFileSync(day, 'utf8')}`)
    })
    const problems = await verifyWith(kittyIn(root), { lock })
    expect(problems.map(({ kind }) => kind).sort()).toEqual(['not_json', 'torn_tail'])
  })

  it('keeps no writer waiting for what none of them leaves for a moment', async () => {
    const root = await project()
    appendFileSync(dayFile(root), 'no event\n')
    const lock = new AfterWriter(() => {
      throw new Error('there was nothing to look at again')
    })
    expect(await verifyWith(kittyIn(root), { lock })).toMatchObject([{ kind: 'not_json' }])
  })

  it('does not take an index for damaged that was brought up to date while it compared', async () => {
    const root = await project()
    const kitty = kittyIn(root)
    await (await kitty.resolve(EventStore)).read()
    const health = await kitty.resolve(IndexHealth)
    const index = await health.current()
    let isFirst = true
    const watermarks = async (): Promise<unknown> => {
      const marks = await index.watermarks()
      if (isFirst) {
        isFirst = false
        await move(root, 'WP01', 'doing')
      }
      return marks
    }
    const watched = withMethod(index, 'watermarks', watermarks)
    const around = withMethod(health, 'current', () => Promise.resolve(watched))
    const lock = new AfterWriter(() => {
      throw new Error('there was nothing to look at again')
    })
    expect(await verifyWith(kitty, { lock, health: around })).toEqual([])
  })
})

describe('doctor --fix next to a writer', () => {
  it('writes the lane that the log has now into a file, not the one it had at the look', async () => {
    const root = await project()
    await move(root, 'WP01', 'doing')
    const file = packageFile(root, 'WP01')
    writeFileSync(file, readFileSync(file, 'utf8').replace('lane: doing', 'lane: done'))
    const texts: string[] = []
    await fixWith(root, {
      before: () => move(root, 'WP01', 'planned'),
      after: () => texts.push(readFileSync(file, 'utf8')),
    })
    expect(texts).toEqual([expect.stringContaining('lane: planned')])
  })

  it('puts back no event of HEAD that another command has put back since the look', async () => {
    const root = await project()
    const day = dayFile(root)
    const lines = readFileSync(day, 'utf8').trimEnd().split('\n')
    writeFileSync(day, `${lines.slice(0, -1).join('\n')}\n`)
    const found: string[][] = []
    await fixWith(root, {
      before: () => move(root, 'WP01', 'doing'),
      after: () => found.push(readFileSync(day, 'utf8').trimEnd().split('\n')),
    })
    expect(found).toHaveLength(1)
    for (const line of lines) expect(found[0]?.filter((one) => one === line)).toHaveLength(1)
  })
})
