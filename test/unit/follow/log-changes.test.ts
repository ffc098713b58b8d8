import { appendFileSync, mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { LogChanges } from '../../../src/core/follow/log-changes.js'
import { EventLog } from '../../../src/core/log/event-log.js'
import { Project } from '../../support/project.js'

const POLL_MS = 250
const DAYS = ['2026-01-01', '2026-01-02', '2026-01-03']

afterEach(() => void vi.useRealTimers())

interface Watched {
  readonly project: Project
  readonly changes: LogChanges
  readonly listed: { times: number }
  path(day: string): string
}

/** A log of three days on a file system that reports nothing. @param watched a folder to watch, if any */
async function unreported(
  work: (watched: Watched) => Promise<void>,
  watched = 'no such folder',
): Promise<void> {
  const project = new Project()
  const path = (day: string): string => project.path('.kittify', 'events', `${day}.jsonl`)
  for (const day of DAYS) writeFileSync(path(day), '')
  await project.use(async (services) => {
    const log = await services.get(EventLog)
    const listed = { times: 0 }
    const list = log.list.bind(log)
    vi.spyOn(log, 'list').mockImplementation(() => {
      listed.times += 1
      return list()
    })
    vi.useFakeTimers()
    const changes = new LogChanges(log, project.path(watched))
    try {
      await work({ project, changes, listed, path })
    } finally {
      changes.close()
      vi.useRealTimers()
    }
  })
}

/** How many polls it takes until the change is seen, which was made before, or which `change` makes while it waits. */
async function pollsUntilSeen(changes: LogChanges, change = (): void => undefined): Promise<number> {
  const seen = { isSeen: false }
  void changes.next(AbortSignal.timeout(1e9)).then((is) => (seen.isSeen = is))
  await vi.advanceTimersByTimeAsync(0)
  change()
  for (let polls = 0; polls < 40; polls += 1) {
    await vi.advanceTimersByTimeAsync(0)
    if (seen.isSeen) return polls
    await vi.advanceTimersByTimeAsync(POLL_MS)
  }
  return Infinity
}

/** Until it has looked at what was new, and waits. */
async function rest(changes: LogChanges, polls: number): Promise<void> {
  const stop = new AbortController()
  const resting = changes.next(stop.signal)
  await vi.advanceTimersByTimeAsync(polls * POLL_MS)
  stop.abort()
  expect(await resting).toBe(false)
}

describe('waiting for a change that the system does not report', () => {
  it.each<[string, number, (watched: Watched) => void]>([
    ['a line of today', 2, ({ path }) => appendFileSync(path('2026-01-03'), '{}\n')],
    ['a new day', 2, ({ path }) => writeFileSync(path('2026-01-04'), '{}\n')],
    ['a day that is gone', 2, ({ path }) => rmSync(path('2026-01-01'))],
    [
      'a past day that git replaced',
      2,
      ({ path }) => {
        writeFileSync(`${path('2026-01-01')}.new`, '{}\n')
        renameSync(`${path('2026-01-01')}.new`, path('2026-01-01'))
      },
    ],
    ['a line of a past day', 17, ({ path }) => appendFileSync(path('2026-01-01'), '{}\n')],
  ])('sees %s within %i looks', async (_, most, change) => {
    await unreported(async (watched) => {
      const { changes } = watched
      await rest(changes, 3)
      change(watched)
      expect(await pollsUntilSeen(changes)).toBeLessThanOrEqual(most)
    })
  })

  it('sees the first one that a watcher misses within a second, and looks more often from then on', async () => {
    await unreported(async ({ changes, path }) => {
      const write = (): void => appendFileSync(path('2026-01-03'), '{}\n')
      // Nothing ever changes in the folder that is watched.
      await rest(changes, 12)
      expect(await pollsUntilSeen(changes, write)).toBe(4)
      expect(await pollsUntilSeen(changes, write)).toBe(1)
    }, '.')
  })

  it('sees a line of today within 2 looks, also where a clock ahead has left a file of a day to come', async () => {
    await unreported(async ({ changes, path }) => {
      const today = path(new Date().toISOString().slice(0, 10))
      writeFileSync(path('2999-12-31'), '')
      writeFileSync(today, '')
      expect(await pollsUntilSeen(changes)).toBeLessThanOrEqual(2)
      await rest(changes, 3)
      appendFileSync(today, '{}\n')
      expect(await pollsUntilSeen(changes)).toBeLessThanOrEqual(2)
      await rest(changes, 3)
      appendFileSync(path('2999-12-31'), '{}\n')
      expect(await pollsUntilSeen(changes)).toBeLessThanOrEqual(2)
    })
  })

  it('reports that the files cannot be looked at, then rests, and reports what comes after that', async () => {
    await unreported(async ({ changes, path }) => {
      mkdirSync(path('2026-01-04'))
      expect(await pollsUntilSeen(changes)).toBeLessThanOrEqual(2)
      await rest(changes, 40)
      rmdirSync(path('2026-01-04'))
      expect(await pollsUntilSeen(changes)).toBeLessThanOrEqual(2)
      appendFileSync(path('2026-01-03'), '{}\n')
      expect(await pollsUntilSeen(changes)).toBeLessThanOrEqual(2)
    })
  })

  it('begins where the files cannot be looked at yet', async () => {
    const project = new Project()
    const log = project.path('.kittify', 'events', '2026-01-01.jsonl')
    mkdirSync(log)
    await project.use(async (services) => {
      const changes = new LogChanges(await services.get(EventLog), project.path('.kittify', 'events'))
      try {
        const next = changes.next(AbortSignal.timeout(1e9))
        rmdirSync(log)
        expect(await next).toBe(true)
      } finally {
        changes.close()
      }
    })
  })

  it('looks at every file only now and then', async () => {
    await unreported(async ({ changes, listed }) => {
      const stop = new AbortController()
      const waiting = changes.next(stop.signal)
      await vi.advanceTimersByTimeAsync(64 * POLL_MS)
      stop.abort()
      expect(await waiting).toBe(false)
      expect(listed.times).toBeLessThanOrEqual(7)
    })
  })
})
