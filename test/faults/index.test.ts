import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { noteLine } from '../support/events.js'
import { fault, scaled } from './support/fault.js'
import { checkInvariants } from './support/invariants.js'
import { expectExit, World } from './support/world.js'

const SQLITE = createRequire(import.meta.url).resolve('sqlite3')
/** Holds the database of its first argument for itself, and says so. */
const HOLDER = `
  const { Database } = require(${JSON.stringify(SQLITE)})
  const database = new Database(process.argv[1])
  database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE', (error) => console.log(error ?? 'held'))
  setTimeout(() => undefined, 60_000)`

describe('the index', () => {
  fault(55, 'two rebuilders and eight emitters', { needs: ['linux'], within: 300 }, async () => {
    const world = await World.make()
    const emitters = Array.from({ length: 8 }, () => world.startEmitter(['emit', '5']))
    await Promise.all(emitters.map((emitter) => emitter.says('writing')))
    const rebuild = ['agent', 'events', 'rebuild-index', '--json']
    for (const outcome of await Promise.all([world.kitty(rebuild), world.kitty(rebuild)]))
      expectExit(outcome, 0)
    for (const { kill } of emitters) kill('SIGTERM')
    let stored = 0
    for (const { finished } of emitters) stored += world.acknowledgeNotes((await finished).stdout).length
    expect(stored).toBeGreaterThan(0)
    await checkInvariants(world)
    return {
      injected: 'two concurrent rebuild-index while eight processes emit',
      found: `both exit 0, ${stored} acknowledged events all there, I1–I8 hold`,
      expected: 'one index, no errors; 0',
    }
  })

  fault(56, 'index locked by another program', { within: 300 }, async () => {
    const world = await World.make()
    expectExit(await world.write(), 0)
    const holder = spawn(process.execPath, ['-e', HOLDER, world.indexFile], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [says] = (await once(holder.stdout, 'data')) as [Buffer]
    expect(says.toString().trim()).toBe('held')
    try {
      expectExit(await world.write(), 0)
      const shown = await world.kitty(['status', '--json'])
      expectExit(shown, 0)
      expect(shown.stderr + shown.stdout).toMatch(/index/)
    } finally {
      holder.kill('SIGKILL')
      await once(holder, 'exit')
    }
    await checkInvariants(world)
    return {
      injected: 'BEGIN EXCLUSIVE on index.db by another process, for as long as a write and a read take',
      found: 'both exit 0 and say that the index is in use; I1–I8 hold',
      expected: 'emit unaffected, the query falls back; "index busy"; 0',
    }
  })

  fault(69, 'a heap of 64 MB on a large log', { within: 600 }, async () => {
    const world = await World.make()
    const events = scaled(20_000, 1_000_000)
    const fd = openSync(join(world.eventsDir, '2026-11-22.jsonl'), 'a')
    for (let at = 0; at < events; at += 1_000)
      writeSync(fd, Array.from({ length: 1_000 }, (_, n) => noteLine(at + n + 1_000)).join(''))
    closeSync(fd)
    world.remember()
    const status = ['status', '--json']
    expectExit(await world.kitty(status, { node: ['--max-old-space-size=64'], within: 500 }), 0)
    return {
      injected: `node --max-old-space-size=64 status, index and all, on ${events} events`,
      found: 'exit 0',
      expected: 'streams; 0',
    }
  })
})
