import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { fault, FULL, scaled } from '../support/fault.js'
import { checkInvariants } from '../support/invariants.js'
import type { Outcome } from '../support/program.js'
import { shimmed } from '../support/shim.js'
import { expectExit, World } from '../support/world.js'

/** What the user reads when the system refuses a call on the new file. */
const FAILURES: Readonly<Record<string, { errno: number; says: RegExp }>> = {
  EIO: { errno: 5, says: /I\/O error/ },
  ENOSPC: { errno: 28, says: /disk full/ },
  EACCES: { errno: 13, says: /read-only/ },
  EMFILE: { errno: 24, says: /too many open files/ },
}
/** SQLite does not say why it cannot open a file, and calls a failed write or sync an I/O error, a full disk aside. */
const FROM_SQLITE = /I\/O error|disk full|was not rebuilt/
const CALLS = ['open', 'write', 'sync', 'rename'] as const

const rebuild = (world: World, env: Record<string, string> = {}): Promise<Outcome> =>
  world.kitty(['agent', 'events', 'rebuild-index', '--json'], { env })

/** Rules on the new file alone, whose name has the process's number; the rename is to the old one's name. */
const onNewFile = (call: string, n: number, errno: number): Record<string, string> =>
  shimmed(`${call}:${call === 'rename' ? 'events/index.db' : '.new'}:${n}+:E${errno}`)

/** Each call of each failure, the n-th of its kind; a quick selection of two. */
function points(): { name: string; call: (typeof CALLS)[number]; n: number }[] {
  const names = Object.keys(FAILURES)
  if (!FULL)
    return [
      { name: 'EMFILE', call: 'open', n: 1 },
      { name: 'EIO', call: 'write', n: 1 },
    ]
  return names.flatMap((name) =>
    CALLS.flatMap((call) =>
      (call === 'write' ? [1, 2, 5, 9, 14, 20] : call === 'open' ? [1, 2] : [1]).map((n) => ({
        name,
        call,
        n,
      })),
    ),
  )
}

describe('rebuild-index', () => {
  fault(73, 'the new index cannot be written', { needs: ['gcc'], within: 900 }, async () => {
    let refused = 0
    for (const { name, call, n } of points()) {
      const { errno, says } = FAILURES[name] ?? { errno: 0, says: /never/ }
      const at = `${name} at ${call} ${n}`
      const world = await World.make()
      const before = readFileSync(world.indexFile)
      const outcome = await rebuild(world, onNewFile(call, n, errno))
      // The new file may be written with fewer calls.
      if (outcome.exit !== 0) {
        expectExit(outcome, 3, at)
        const { error } = JSON.parse(outcome.stdout) as { error: { kind: string; message: string } }
        expect(error.kind, at).toMatch(/^(NotWritable|DiskFull|DamagedData)$/)
        const isOurs = call === 'rename' || (call === 'open' && n === 1)
        expect(error.message, at).toMatch(isOurs ? says : FROM_SQLITE)
        expect(error.message, at).toContain(world.indexFile)
        // The old one makes room just before the rename.
        if (call === 'rename') expect(existsSync(world.indexFile), at).toBe(false)
        else expect(readFileSync(world.indexFile), at).toEqual(before)
        refused += 1
      }
      expect(readdirSync(world.eventsDir).filter((file) => file.includes('.new'))).toEqual([])
      await checkInvariants(world)
    }
    expect(refused).toBeGreaterThanOrEqual(FULL ? 16 : 2)
    return {
      injected: `EIO, ENOSPC, EACCES, EMFILE at calls on the new index, ${refused} of which end it`,
      found: 'exit 3, each named as what it is, the old index as it was or none, nothing left over',
      expected: 'NotWritable, DiskFull and busy have their own messages, never InternalError; 3',
    }
  })

  fault(74, 'rebuild-index next to busy writers', { needs: ['linux'], within: 300 }, async () => {
    const world = await World.make()
    let isDone = false
    let stored = 0
    const writers = Array.from({ length: scaled(2, 6) }, async (_, writer) => {
      for (; !isDone; stored += 1)
        expectExit(await world.kitty(['note', 'WP01', `${writer} ${stored}`, '--json']), 0)
    })
    const rounds = scaled(2, 10)
    for (let round = 0; round < rounds; round += 1) expectExit(await rebuild(world), 0, `round ${round}`)
    isDone = true
    await Promise.all(writers)
    await checkInvariants(world)
    return {
      injected: `${rounds} rebuilds while ${writers.length} writers run one command after the other`,
      found: `each rebuilt; ${stored} events stored`,
      expected: 'waits and tries again; 0',
    }
  })

  fault(75, 'rebuild-index next to a process that keeps the index open', { needs: ['linux'] }, async () => {
    const world = await World.make()
    const emitter = world.startEmitter(['emit', '50', 'stays'])
    await emitter.says('writing')
    const outcome = await rebuild(world)
    expectExit(outcome, 4)
    expect(outcome.stdout).toContain('LockTimeout')
    expect(outcome.stdout).toContain(`${world.indexFile} was not rebuilt: other processes keep it in use`)
    emitter.kill('SIGKILL')
    world.acknowledgeNotes((await emitter.finished).stdout)
    expectExit(await rebuild(world), 0)
    await checkInvariants(world)
    return {
      injected: 'a writer that has the index open all the time, at first while it writes',
      found: 'waited 2 s, LockTimeout with the file and how to see who has it open',
      expected: 'waits, then busy has its own message; 4',
    }
  })
})
