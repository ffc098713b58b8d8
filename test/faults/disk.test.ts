import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { fault } from './support/fault.js'
import { checkInvariants } from './support/invariants.js'
import { mountUnder, remountReadOnly } from './support/mounted.js'
import { shimmed } from './support/shim.js'
import { injecting, traceText, tracing } from './support/strace.js'
import { expectExit, World } from './support/world.js'

/** Fills a file system to the last byte, and answers what to remove to have it free again. */
function fillUp(folder: string): string {
  const path = join(folder, 'filler')
  for (const size of [4096, 512, 64, 1]) {
    try {
      for (;;) appendFileSync(path, Buffer.alloc(size))
    } catch {
      // Full for this size: go on with a smaller one.
    }
  }
  return path
}

describe('real disks', () => {
  fault(9, 'a full disk', { needs: ['mount'] }, async () => {
    const world = await World.make()
    await world.note('so that the file is there')
    mountUnder(world.eventsDir, 'size=256k')
    world.remember()
    const size = statSync(world.today).size
    const filler = fillUp(world.eventsDir)
    world.remember()
    // Within its last block the file may still have room: it is written until it is full.
    let outcome = await world.write()
    for (let at = 0; at < 30 && outcome.exit === 0; at += 1) outcome = await world.write()
    expectExit(outcome, 3)
    expect(outcome.stdout).toMatch(/\S+ was not stored: disk full; 0 KiB free\./)
    expect((statSync(world.today).size - size) % 1 === 0 && readFileSync(world.today).at(-1)).toBe(0x0a)
    rmSync(filler)
    await checkInvariants(world)
    return {
      injected: 'events/ on a tmpfs filled to the last byte',
      found: 'exit 3, no partial tail, free space named; works again once there is room',
      expected: 'size unchanged, no partial tail; free space, path; 3',
    }
  })

  fault(10, 'no inode left for the temporary clock', { needs: ['mount'] }, async () => {
    const world = await World.make()
    await world.note('so that every file is there')
    const kittify = world.path('.kittify')
    mountUnder(kittify, 'size=4m,nr_inodes=40')
    const fillers: string[] = []
    try {
      for (let at = 0; at < 60; at += 1) {
        const path = join(kittify, `filler${at}`)
        writeFileSync(path, '')
        fillers.push(path)
      }
    } catch {
      // None left.
    }
    world.remember()
    const outcome = await world.write()
    expectExit(outcome, 0)
    expect(outcome.stderr).toContain('clock.json could not be saved (ENOSPC)')
    expect(existsSync(`${world.clockFile}.tmp`)).toBe(false)
    for (const path of fillers) rmSync(path)
    await checkInvariants(world)
    return {
      injected: '.kittify on a tmpfs without a free inode',
      found: 'stored, a warning, no temporary file',
      expected: 'event stored, clock from log next time; warning; 0',
    }
  })

  fault(13, 'EFBIG', { needs: ['linux'] }, async () => {
    const world = await World.make()
    while (!existsSync(world.today) || statSync(world.today).size < 15_900) await world.note('x'.repeat(900))
    world.remember()
    const size = statSync(world.today).size
    // Large enough for the index, too small for one line more.
    const outcome = await world.write({ under: ['prlimit', `--fsize=${size + 100}`] })
    expectExit(outcome, 3)
    expect(outcome.stdout).toContain('file size limit')
    expect(statSync(world.today).size).toBe(size)
    await checkInvariants(world)
    return {
      injected: 'a file size limit 100 bytes above the file',
      found: 'exit 3, size unchanged',
      expected: 'as 9; "file size limit"; 3',
    }
  })

  fault(19, 'power cut with no writes pending', { needs: ['strace'] }, async () => {
    const world = await World.make()
    await world.note('so that the file is there')
    const calls = ['write', 'fdatasync', 'fsync']
    const outcome = await world.write({ under: tracing(world, calls, [world.today, world.journalFile]) })
    expectExit(outcome, 0)
    const order = [...traceText(world).matchAll(/(\w+)\(\d+<([^>]+)>/g)].map(
      ([, call, path]) => `${call ?? ''} ${path === world.today ? 'log' : 'journal'}`,
    )
    expect(order).toEqual(['write journal', 'write log', 'fdatasync log'])
    await checkInvariants(world)
    return {
      injected: 'nothing: the order of calls is read from a trace (no LazyFS)',
      found: 'journal, log, fdatasync of the log, and only then the answer',
      expected: 'all acked present',
    }
  })

  fault(20, 'power cut in the middle of an append', {}, async () => {
    const world = await World.make()
    await world.note('first')
    const good = readFileSync(world.today)
    const hole = Buffer.alloc(200)
    // A hole in the middle of what was written, and then again a whole line.
    writeFileSync(
      world.today,
      Buffer.concat([good, good.subarray(0, 50), hole, Buffer.from('\n'), Buffer.from('{"event_id":"01')]),
    )
    world.remember()
    const seen = await world.kitty(['status', '--json'])
    expectExit(seen, 0)
    expect(seen.stderr).toMatch(/\.jsonl:2: NUL bytes/)
    const next = await world.write()
    expectExit(next, 0)
    expect(next.stderr).toContain('repaired')
    await checkInvariants(world)
    return {
      injected: 'a line with a hole of NUL bytes and a torn tail (as LazyFS leaves them)',
      found: 'hole reported as file:line, tail quarantined, the rest there',
      expected: 'tail or NUL-hole line quarantined, rest present; file:line; 0',
    }
  })

  fault(23, 'a read-only file system', { needs: ['mount'] }, async () => {
    const world = await World.make()
    const kittify = world.path('.kittify')
    mountUnder(kittify, 'size=4m')
    remountReadOnly(kittify)
    world.remember()
    const refused = await world.write()
    expectExit(refused, 3)
    expect(refused.stdout).toContain('read-only')
    const seen = await world.kitty(['status', '--json'])
    expectExit(seen, 0)
    expect(seen.stdout).toContain('WP02')
    await checkInvariants(world, { unwritable: true })
    return {
      injected: '.kittify remounted read-only',
      found: 'status answers, move-task exits 3',
      expected: 'reads work, emit refused; "read-only"; 3',
    }
  })

  fault(24, 'a read-only file or folder', { needs: ['setpriv as root'] }, async () => {
    const under = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
    for (const [what, mode] of [
      ['file', 0o444],
      ['folder', 0o555],
    ] as const) {
      const world = await World.make()
      await world.note('so that the file is there')
      execFileSync('chown', ['-R', '65534:65534', world.folder])
      const path = what === 'file' ? world.today : world.eventsDir
      // A folder that cannot be written to matters for a file that is not there yet.
      if (what === 'folder') {
        world.git('add', '--all')
        world.git('commit', '--quiet', '--message', 'log')
        rmSync(world.today)
      }
      chmodSync(path, mode)
      world.remember()
      const refused = await world.write({ under })
      expectExit(refused, 3)
      expect(refused.stdout).toContain(path)
      expect(refused.stdout).toMatch(what === 'file' ? /read-only.*0444/ : /read-only.*0555/)
      expectExit(await world.kitty(['status', '--json'], { under }), 0)
      chmodSync(path, what === 'file' ? 0o644 : 0o755)
      expectExit(await world.write({ under }), 0)
      await checkInvariants(world)
    }
    return {
      injected: 'day file 0444, events/ 0555, as another user',
      found: 'exit 3 with path and mode; reading works',
      expected: 'as 23; path, mode; 3',
    }
  })

  fault(25, 'EMFILE', { needs: ['gcc'], within: 600 }, async () => {
    const exits = new Map<number, number>()
    for (let limit = 16; limit <= 32; limit += 1) {
      const world = await World.make()
      const outcome = await world.write({ under: ['prlimit', `--nofile=${limit}`] })
      exits.set(outcome.exit, (exits.get(outcome.exit) ?? 0) + 1)
      const said = `${outcome.stdout}${outcome.stderr}`
      // Below some number node itself does not start, and says so in its own way.
      const ownWay =
        outcome.stdout === '' && (outcome.exit > 128 || /node|uv_|Assertion/.test(outcome.stderr))
      if (outcome.exit !== 0 && !ownWay) {
        expectExit(outcome, 3, `limit ${limit}`)
        expect(said, `limit ${limit}`).toMatch(/too many open files/i)
      }
      await checkInvariants(world)
    }
    // Of kitty's own calls, whatever number node itself needs.
    for (const path of ['.jsonl', 'index.db', 'clock.json', 'kitty/lock', 'journal.jsonl']) {
      const world = await World.make()
      const outcome = await world.write({ env: shimmed(`opens:${path}:1+:E24`) })
      expect([0, 3], outcome.stdout).toContain(outcome.exit)
      if (outcome.exit === 3) expect(outcome.stdout).toContain('too many open files')
      await checkInvariants(world)
    }
    return {
      injected: 'at most 16 to 32 open files; EMFILE for each of kitty’s own files',
      found: [...exits].map(([exit, times]) => `exit ${exit}: ${times} times`).join(', '),
      expected: 'clear error, no partial state; "too many open files"; 3',
    }
  })
})

describe('random refusals', () => {
  fault(17, 'EINTR at random', { needs: ['strace'] }, async () => {
    const world = await World.make()
    for (const when of ['1+7', '2+5', '3+11']) {
      const calls = ['write', 'pwrite64', 'openat', 'ftruncate']
      const under = injecting({ calls, action: `error=EINTR:when=${when}`, paths: world.ownFiles })
      const outcome = await world.write({ under })
      expectExit(outcome, 0)
      expect(outcome.stderr).toBe('')
    }
    await checkInvariants(world)
    expect(existsSync(world.errorsDir) ? readdirSync(world.errorsDir) : []).toEqual([])
    return {
      injected: 'every fifth to eleventh open, write and cut is interrupted',
      found: 'nothing said',
      expected: 'nothing visible; 0',
    }
  })
})
