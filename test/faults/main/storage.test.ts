import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect } from 'vitest'
import { fault, scaled } from '../support/fault.js'
import { checkInvariants } from '../support/invariants.js'
import type { Conditions, Outcome } from '../support/program.js'
import { shimmed } from '../support/shim.js'
import { injecting, traceText, tracing } from '../support/strace.js'
import { expectExit, World } from '../support/world.js'

const DISK_FULL = 28
const EINTR = 4

/** Fails the write to the day's file; whatever the reason, nothing of the event may stay. */
async function refusedWrite(
  conditions: (world: World) => Conditions,
  exit: number,
  ...says: string[]
): Promise<Outcome> {
  const world = await World.make()
  // A file that is there already, so that its size can be compared.
  await world.note('before')
  const before = statSync(world.today).size
  world.remember()
  const outcome = await world.write(conditions(world))
  expectExit(outcome, exit)
  for (const text of says) expect(outcome.stdout).toContain(text)
  expect(outcome.stdout).toContain(world.today)
  expect(statSync(world.today).size, 'the file is as long as it was').toBe(before)
  expect(readFileSync(world.journalFile, 'utf8')).not.toContain(
    'WPStatusChanged","event_version":1,"lamport_clock":10',
  )
  await checkInvariants(world)
  return outcome
}

/** Short writes to the files that are replaced whole: a redaction holds although git brings the line back. */
async function redactWithShortWrites(): Promise<void> {
  const world = await World.make()
  const { event_id: id } = await world.note('a secret word')
  const full = readFileSync(world.today)
  const env = shimmed('write:.tmp:1+:short11', 'write:redactions:1+:short11')
  expectExit(await world.kitty(['agent', 'events', 'redact', id, '--reason', 'a slip'], { env }), 0)
  writeFileSync(world.today, full)
  const { stdout } = await world.kitty(['agent', 'events', 'list', '--json'])
  expect(stdout).toContain(id)
  expect(stdout).not.toContain('a secret word')
}

const onLog = (calls: readonly string[], action: string) => (world: World) => ({
  under: injecting({ calls, action, paths: [world.today] }),
})

describe('writes that fail', () => {
  fault(6, 'torn write, then kill', { needs: ['gcc'] }, async () => {
    const world = await World.make()
    const killed = await world.write({ env: shimmed('write:.jsonl:2:torn17') })
    expectExit(killed, 137)
    const torn = readFileSync(world.today)
    expect(torn).toHaveLength(17)
    const next = await world.write()
    expectExit(next, 0)
    expect(next.stderr).toMatch(/\S+\.jsonl was repaired at byte 0: 17 bytes without a newline moved to \S+/)
    const [kept] = readdirSync(world.errorsDir)
    expect(readFileSync(join(world.errorsDir, kept ?? ''))).toEqual(torn)
    await checkInvariants(world)
    return {
      injected: '17 bytes of the line written, then SIGKILL',
      found: 'the tail in errors/, the next emit stored',
      expected: 'tail quarantined, next emit ok; file and offset; 137, 0',
    }
  })

  fault(7, 'short write, then ENOSPC', { needs: ['gcc'] }, async () => {
    await refusedWrite(
      () => ({ env: shimmed('write:events/2:1:short10', `write:events/2:1+:E${DISK_FULL}`) }),
      3,
      'disk full',
      'not stored',
    )
    return {
      injected: '10 bytes written, then ENOSPC',
      found: 'cut back to its old size, exit 3, "disk full … not stored"',
      expected: 'ftruncate back, not acknowledged; "disk full", "not stored"; 3',
    }
  })

  fault(8, 'short write, continues', { needs: ['gcc'] }, async () => {
    const world = await World.make()
    for (let at = 0; at < scaled(1, 5); at += 1) {
      const length = 7 + 13 * at
      const outcome = await world.write({
        env: shimmed(
          `write:.jsonl:1+:short${length}`,
          `write:clock.json:1+:short${length}`,
          'write:kitty/clock:1+:short6',
        ),
      })
      expectExit(outcome, 0)
      expect(outcome.stderr).toBe('')
    }
    await checkInvariants(world)
    await redactWithShortWrites()
    return {
      injected: 'every write to log, journal, clock and private files takes a few bytes only',
      found: 'stored whole, nothing said',
      expected: 'stored whole; 0',
    }
  })

  fault(9, 'ENOSPC at write', { needs: ['strace'] }, async () => {
    const { stdout } = await refusedWrite(onLog(['write'], 'error=ENOSPC'), 3, 'disk full', 'KiB free')
    expect(stdout).toContain('DiskFull')
    return {
      injected: 'write fails with ENOSPC',
      found: 'size unchanged, exit 3, free space and path named',
      expected: 'size unchanged, no partial tail; free space, path; 3',
    }
  })

  fault(12, 'EDQUOT', { needs: ['strace'] }, async () => {
    await refusedWrite(onLog(['write'], 'error=EDQUOT'), 3, 'quota')
    return {
      injected: 'write fails with EDQUOT',
      found: 'as 9, "disk quota exceeded"',
      expected: 'as 9; "quota"; 3',
    }
  })

  fault(14, 'EIO at write', { needs: ['strace'] }, async () => {
    await refusedWrite(onLog(['write'], 'error=EIO'), 3, 'I/O error')
    return {
      injected: 'write fails with EIO',
      found: 'cut back, exit 3',
      expected: 'truncated back, not acked; "I/O error"; 3',
    }
  })

  fault(15, 'EIO at fsync of the log', { needs: ['strace'] }, async () => {
    const world = await World.make()
    const traced = tracing(world, ['fsync', 'fdatasync'], [world.today])
    const outcome = await world.write({
      under: [...traced, '-e', 'inject=fsync,fdatasync:error=EIO'],
    })
    expectExit(outcome, 3)
    expect(outcome.stdout).toMatch(/event 01\w{24} may not be on disk; run again/)
    expect(traceText(world).match(/f(?:data)?sync\(/g)).toHaveLength(1)
    await checkInvariants(world)
    return {
      injected: 'fdatasync fails with EIO',
      found: 'asked once, exit 3, the event named',
      expected: 'not acked, no second fsync; "may not be on disk; run again" + event_id; 3',
    }
  })
})

describe('what is only derived', () => {
  fault(10, 'ENOSPC at the temporary clock', { needs: ['strace'] }, async () => {
    for (const calls of [['openat'], ['write']]) {
      const world = await World.make()
      const under = injecting({ calls, action: 'error=ENOSPC', paths: [`${world.clockFile}.tmp`] })
      const outcome = await world.write({ under })
      expectExit(outcome, 0)
      expect(outcome.stderr).toContain('clock.json could not be saved (ENOSPC)')
      expect(existsSync(`${world.clockFile}.tmp`)).toBe(false)
      await checkInvariants(world)
    }
    const world = await World.make()
    const remembered = join(dirname(world.journalFile), 'clock')
    const under = injecting({ calls: ['write', 'pwrite64'], action: 'error=ENOSPC', paths: [remembered] })
    const outcome = await world.write({ under })
    expectExit(outcome, 0)
    expect(outcome.stderr).toContain(`${remembered} could not be saved (ENOSPC)`)
    await checkInvariants(world)
    return {
      injected: 'open and write of clock.json.tmp, and write of kitty/clock, fail with ENOSPC',
      found: 'stored, a warning, no temporary file, the next value from the log',
      expected: 'event stored, clock from log next time, no 0-byte tmp; warning; 0',
    }
  })

  fault(11, 'ENOSPC in SQLite', { needs: ['gcc'] }, async () => {
    const world = await World.make()
    const outcome = await world.write({ env: shimmed(`write:index.db:1+:E${DISK_FULL}`) })
    expectExit(outcome, 0)
    expect(outcome.stderr).toMatch(/log is read directly.*full/)
    const query = await world.kitty(['status', '--json'], { env: shimmed(`write:index.db:1+:E${DISK_FULL}`) })
    expectExit(query, 0)
    expect(query.stdout).toContain('WP01')
    await checkInvariants(world)
    return {
      injected: 'every write to the index fails with ENOSPC',
      found: 'stored, the log read directly, one warning',
      expected: 'event stored, query falls back; warning; 0',
    }
  })

  fault(16, 'EIO at fsync of the folder and of the clock', { needs: ['strace'] }, async () => {
    const world = await World.make()
    const paths = [world.eventsDir, world.clockFile, `${world.clockFile}.tmp`]
    const outcome = await world.write({
      under: injecting({ calls: ['fsync', 'fdatasync'], action: 'error=EIO', paths }),
    })
    expectExit(outcome, 0)
    expect(outcome.stderr).toContain('its name may not be on disk yet (EIO)')
    await checkInvariants(world)
    return {
      injected: 'fsync of events/ fails with EIO (the clock is not synced: the log has it)',
      found: 'acknowledged, with a warning',
      expected: 'event acked, warning; 0',
    }
  })

  fault(17, 'EINTR everywhere', { needs: ['gcc'] }, async () => {
    const world = await World.make()
    // Synchronising is left out: on the file systems there are it is not interrupted, and SQLite counts on that.
    const rules = [1, 3, 6, 10].flatMap((n) => [
      `write:.kittify:${n}:E${EINTR}`,
      `opens:.kittify:${n}:E${EINTR}`,
    ])
    const outcome = await world.write({ env: shimmed(...rules) })
    expectExit(outcome, 0)
    expect(outcome.stderr).toBe('')
    await checkInvariants(world)
    return {
      injected: 'EINTR at four opens and four writes below .kittify',
      found: 'nothing said',
      expected: 'nothing visible; 0',
    }
  })

  fault(18, 'rename of the clock fails', { needs: ['strace'] }, async () => {
    for (const error of scaled(1, 3) === 1 ? ['EXDEV'] : ['EXDEV', 'EACCES', 'EIO']) {
      const world = await World.make()
      const paths = [`${world.clockFile}.tmp`]
      const outcome = await world.write({
        under: injecting({ calls: ['rename', 'renameat', 'renameat2'], action: `error=${error}`, paths }),
      })
      expectExit(outcome, 0)
      expect(outcome.stderr).toContain(`clock.json could not be saved (${error})`)
      expect(existsSync(`${world.clockFile}.tmp`)).toBe(false)
      await checkInvariants(world)
    }
    return {
      injected: 'rename fails with EXDEV, EACCES, EIO',
      found: 'stored, a warning, no temporary file',
      expected: 'event acked, clock recovered later, tmp removed; warning; 0',
    }
  })

  fault(22, 'clock.json is anything', {}, async () => {
    const contents = [
      '',
      '\0\0\0\0',
      '{',
      '{"value": -5}',
      '{"value": 1.5}',
      '{"value": "7"}',
      '"7"',
      `{"value": ${2 ** 53}}`,
      '[]',
      '{"value": 900000000}',
    ]
    for (const content of contents) {
      const world = await World.make()
      writeFileSync(world.clockFile, content)
      const [event, warnings] = await world.inside(async ({ store, notices }) => {
        const { noteDraft, PROVENANCE } = await import('../support/inside.js')
        const [event] = await store.emit([noteDraft('clock')], PROVENANCE)
        return [event, notices.all] as const
      })
      expect(event?.lamport_clock, content).toBe(9)
      expect(warnings, content).toHaveLength(1)
      await checkInvariants(world)
    }
    return {
      injected: 'empty, NUL, "{", negative, 1.5, "7", 2^53, a list, far above the log',
      found: 'recovered from the log, one warning each',
      expected: 'recovered from log; one warning; 0',
    }
  })
})
