import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { fault } from '../support/fault.js'
import { checkInvariants } from '../support/invariants.js'
import { killAtEachCall } from '../support/kill-loop.js'
import type { Outcome } from '../support/program.js'
import { killingAt } from '../support/strace.js'
import { expectExit, World } from '../support/world.js'

describe('killed at every call', () => {
  fault(1, 'kill at every syscall of emit', { needs: ['gcc'], within: 900 }, async () => {
    const injected = await killAtEachCall({
      command: (world, env) => world.write({ env }),
      check: async () => undefined,
      quick: 7,
    })
    return {
      injected: `${injected} of move-task that change a file`,
      found: 'exit 137, the next command 0, I1–I8 hold',
      expected: 'I1–I3, I7; 137, then 0',
    }
  })

  fault(2, 'kill at every syscall of tail repair', { needs: ['gcc'], within: 900 }, async () => {
    const torn = '{"event_id":"01TORN","payl'
    const file = (world: World): string => join(world.eventsDir, '2026-01-06.jsonl')
    const kept = (world: World): string =>
      join(world.errorsDir, readdirSync(world.errorsDir).find((name) => name.startsWith('torn-')) ?? 'none')
    const sample = await World.make()
    appendFileSync(file(sample), torn)
    const repaired = await sample.write()
    expect(repaired.stderr).toContain('2026-01-06.jsonl was repaired at byte')
    const injected = await killAtEachCall({
      prepare: (world) => {
        appendFileSync(file(world), torn)
      },
      command: (world, env) => world.write({ env }),
      check: async (world) => {
        await world.note('repairs')
        expect(readdirSync(world.errorsDir)).toHaveLength(1)
        expect(readFileSync(kept(world), 'utf8')).toBe(torn)
      },
      quick: 3,
    })
    return {
      injected: `${injected} made to repair a torn tail`,
      found: 'the torn bytes stand once in errors/, the log is whole',
      expected: 'torn bytes kept once in errors/; "repaired"; 137, 0',
    }
  })

  fault(3, 'kill at every syscall of an index rebuild', { needs: ['gcc'], within: 900 }, async () => {
    const injected = await killAtEachCall({
      command: (world, env) => world.kitty(['agent', 'events', 'rebuild-index', '--json'], { env }),
      check: async (world) => {
        const notices = await world.inside(async ({ store, notices }) => {
          await store.workPackages()
          return notices.all
        })
        expect(notices, 'a half index was met').toEqual([])
      },
      quick: 2,
    })
    return {
      injected: `${injected} of rebuild-index`,
      found: 'the old index, none, or the new one, and no warning of a damaged one',
      expected: 'old or no index, never half; 137, 0',
    }
  })

  fault(71, 'kill at every syscall of an import that updates', { needs: ['gcc'], within: 900 }, async () => {
    const bring = (world: World, env: Record<string, string> = {}): Promise<Outcome> =>
      world.kitty(['import', 'beads', '.', '--json'], { env })
    const source = (world: World, ...titles: string[]): void => {
      mkdirSync(world.path('.beads'), { recursive: true })
      const issues = titles.map((title, at) => ({
        id: `sky-${at + 1}`,
        title,
        status: 'open',
        created_at: `2024-05-0${at + 1}T10:00:00Z`,
      }))
      writeFileSync(
        world.path('.beads/issues.jsonl'),
        issues.map((one) => `${JSON.stringify(one)}\n`).join(''),
      )
      world.remember()
    }
    const files = (world: World): Record<string, string> => {
      const folder = world.path('kitty-specs/002-sky/tasks')
      return Object.fromEntries(
        readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
      )
    }
    const prepare = async (world: World): Promise<void> => {
      source(world, 'First', 'Second')
      expectExit(await bring(world), 0)
      source(world, 'First, renamed', 'Second', 'Third')
    }
    const whole = await World.make()
    await prepare(whole)
    expectExit(await bring(whole), 0)
    const injected = await killAtEachCall({
      prepare,
      command: bring,
      check: async (world) => {
        expectExit(await bring(world), 0)
        expect(files(world)).toEqual(files(whole))
        const again = await bring(world)
        expect(JSON.parse(again.stdout)).toMatchObject({ events: 0, files: 0 })
        const keys = await world.inside(async ({ store }) =>
          (await store.read()).flatMap(({ causation_id: key }) =>
            key?.startsWith('import:') === true ? [key] : [],
          ),
        )
        expect(new Set(keys).size).toBe(keys.length)
      },
      quick: 3,
    })
    return {
      injected: `${injected} of an import`,
      found: 'run again it is complete, in the log and in the files, and nothing is there twice',
      expected: 'complete after another run, nothing twice; 137, 0',
    }
  })
})

describe('a stale temporary file', () => {
  fault(21, 'power cut between append and rename of the clock', { needs: ['strace'] }, async () => {
    const world = await World.make()
    const clock = readFileSync(world.clockFile)
    const killed = await world.write({
      under: killingAt('rename', `${world.clockFile}.tmp`),
    })
    expectExit(killed, 137)
    expect(readFileSync(world.clockFile)).toEqual(clock)
    // A power cut may also take the index back, which is not synced before the answer.
    for (const side of ['', '-wal', '-shm']) rmSync(world.indexFile + side, { force: true })
    expectExit(await world.write(), 0)
    expect(existsSync(`${world.clockFile}.tmp`)).toBe(false)
    await checkInvariants(world)
    return {
      injected: 'SIGKILL before the rename, index gone (without LazyFS: what was written stays)',
      found: 'the next value is above the log, no value twice',
      expected: 'no duplicate lamport; 0',
    }
  })
})
