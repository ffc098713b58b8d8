import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { fault } from '../support/fault.js'
import { killAtEachCall } from '../support/kill-loop.js'
import { logLines } from '../support/oracle.js'
import type { Outcome } from '../support/program.js'
import { shimmed } from '../support/shim.js'
import { expectExit, World } from '../support/world.js'

const DISK_FULL = 28
/** Five of these are more than the journal keeps. */
const LONG = 'x'.repeat(60_000)

const archiveOf = (world: World): string => join(world.root, '.git', 'kitty', 'events')

/** The next write moves the journal's oldest lines to the archive, and compresses a day that is over. */
async function fullJournal(world: World): Promise<void> {
  for (let at = 0; at < 5; at += 1) await world.note(`${at} ${LONG}`)
  const [first] = logLines(world.root)
  if (first === undefined) throw new Error('the log is empty')
  writeFileSync(join(archiveOf(world), '2026-01-05.jsonl'), `${first.bytes.toString()}\n`)
  world.remember()
}

const note = (world: World, env: Record<string, string> = {}): Promise<Outcome> =>
  world.kitty(['note', 'WP02', 'one more', '--json'], { env })

/** Git and a person take everything away that can be made again from journal and archive. */
async function comesBack(world: World): Promise<void> {
  rmSync(world.today, { force: true })
  for (const side of ['', '-wal', '-shm']) rmSync(world.indexFile + side, { force: true })
  await world.inside(({ store }) => store.read())
  const ids = new Set(logLines(world.root).map(({ event }) => event?.event_id as string | undefined))
  expect([...world.acknowledged].filter((id) => !ids.has(id))).toEqual([])
  world.remember()
}

describe('a command that archives', () => {
  fault(78, 'kill at every call of a command that archives', { needs: ['gcc'], within: 1800 }, async () => {
    const injected = await killAtEachCall({
      prepare: fullJournal,
      command: note,
      check: comesBack,
      quick: 2,
      // What came back is put in order by the next write.
      exempt: { rewritten: true },
    })
    return {
      injected: `${injected} of kitty note, with a full journal and a day to compress; then the day's file and the index gone`,
      found: 'every acknowledged event is in the log after the next read',
      expected: 'nothing acknowledged lost; 137, 0',
    }
  })

  fault(79, 'ENOSPC while a day is compressed', { needs: ['gcc'], within: 600 }, async () => {
    const rules = {
      'of the compressed day': `grow:.jsonl.gz:1+:E${DISK_FULL}`,
      'of its list': `grow:01-05.ids:1+:E${DISK_FULL}`,
      'of the journal': `grow:journal.jsonl.tmp:1+:E${DISK_FULL}`,
    }
    for (const [what, rule] of Object.entries(rules)) {
      const world = await World.make()
      await fullJournal(world)
      const archived = (): number =>
        readdirSync(archiveOf(world))
          .filter((name) => name.endsWith('.jsonl'))
          .reduce((sum, name) => sum + readFileSync(join(archiveOf(world), name)).length, 0)
      const exits = [(await note(world, shimmed(rule))).exit]
      const size = archived()
      for (let at = 0; at < 2; at += 1) exits.push((await note(world, shimmed(rule))).exit)
      expect(exits, what).toEqual(what === 'of the journal' ? [3, 3, 3] : [0, 0, 0])
      expect(archived(), `${what}: the same lines are archived once`).toBe(size)
      expectExit(await note(world), 0, what)
      expect(existsSync(join(archiveOf(world), '2026-01-05.jsonl.gz.tmp'))).toBe(false)
      await comesBack(world)
    }
    return {
      injected:
        'the disk is full for the compressed day, for the list of its ids, and for the rewritten journal',
      found: 'the first two hinder no command; the third is refused, and archives nothing twice',
      expected: 'nothing lost, nothing stored again with every command; 0, 0, 3',
    }
  })
})
