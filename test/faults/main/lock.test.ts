import { existsSync, rmSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { FileLock } from '../../../src/core/lock/file-lock.js'
import { fault } from '../support/fault.js'
import { checkInvariants } from '../support/invariants.js'
import type { Started } from '../support/program.js'
import { injecting } from '../support/strace.js'
import { expectExit, World } from '../support/world.js'

/** A process that has the write lock. */
async function holder(world: World): Promise<Started> {
  const started = world.startEmitter(['hold'])
  await started.says('held')
  return started
}

const IMPATIENT = { env: { KITTY_LOCK_TIMEOUT_MS: '700' } }

describe('the write lock', () => {
  for (const [number, title, signal] of [
    [26, 'lock held, holder alive', undefined],
    [27, 'holder stopped with SIGSTOP', 'SIGSTOP'],
  ] as const) {
    fault(number, title, { needs: ['linux'] }, async () => {
      const world = await World.make()
      const held = await holder(world)
      try {
        if (signal !== undefined) held.child.kill(signal)
        const refused = await world.write(IMPATIENT)
        expectExit(refused, 4)
        expect(refused.stdout).toMatch(
          new RegExp(
            `process ${held.child.pid ?? 0} \\(a long piece of work, since .*\\d\\.\\d s of waiting`,
          ),
        )
        expectExit(await world.kitty(['status', '--json']), 0)
      } finally {
        held.child.kill('SIGKILL')
        await held.finished
      }
      expectExit(await world.write(), 0)
      await checkInvariants(world)
      return {
        injected: signal === undefined ? 'another process holds the lock' : 'the holder is stopped',
        found: 'exit 4 after the wait, process and seconds named; reading works',
        expected: 'wait with jitter, deadline; holder pid, seconds; 4',
      }
    })
  }

  fault(28, 'holder killed with -9', { needs: ['linux'] }, async () => {
    const world = await World.make()
    const held = await holder(world)
    const lock = new FileLock(world.lockFile, 60_000)
    const waiting = lock.acquire('the next one')
    held.child.kill('SIGKILL')
    const started = performance.now()
    const next = await waiting
    const waited = performance.now() - started
    next.release()
    await held.finished
    await checkInvariants(world)
    return {
      injected: 'SIGKILL of the holder while another waits',
      found: `the other had the lock ${Math.round(waited)} ms later`,
      expected: 'next acquires < 1 s; 0',
    }
  })

  fault(29, 'lock file deleted while held', { needs: ['linux'] }, async () => {
    const world = await World.make()
    const held = await holder(world)
    const emitters = Array.from({ length: 3 }, () => world.startEmitter(['emit', '8']))
    await Promise.all(emitters.map((emitter) => emitter.says('started')))
    rmSync(world.lockFile)
    held.child.kill('SIGKILL')
    for (const { exit, stdout, stderr } of await Promise.all(emitters.map(({ finished }) => finished))) {
      expect(exit, stderr).toBe(0)
      expect(world.acknowledgeNotes(stdout)).toHaveLength(8)
    }
    await held.finished
    expect(existsSync(world.lockFile)).toBe(true)
    await checkInvariants(world)
    return {
      injected: 'unlink while one holds it and three wait',
      found: 'those who waited find the new file by its inode; no clock value twice',
      expected: 're-stat finds it, single holder; 0',
    }
  })

  fault(30, 'no locks on this file system', { needs: ['strace'] }, async () => {
    const world = await World.make()
    const refused = await world.write({
      under: injecting({ calls: ['fcntl'], action: 'error=ENOLCK', paths: [world.lockFile] }),
    })
    expectExit(refused, 3)
    expect(refused.stdout).toContain('file locking not available')
    await checkInvariants(world)
    return {
      injected: 'F_OFD_SETLK of the lock fails with ENOLCK',
      found: 'refused, exit 3',
      expected: 'refuse to write; "file locking not available"; 3',
    }
  })
})
