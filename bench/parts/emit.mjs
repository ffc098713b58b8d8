import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { row } from '../suite/measure.mjs'
import { rounds } from '../suite/rounds.mjs'
import { emitNote, openStore } from '../suite/store.mjs'

const GOAL = { name: 'durable emit in process, against the limit', of: 'ratio', atMost: 2 }

/** One durable event through the built program's store, against the minimum for durability: write and fdatasync. */
export async function emit({ repositories, sizes, isQuick, say }) {
  const rows = []
  // Warm up first: V8 has not yet compiled the code that stamps and checks a store's first events.
  const [warmUp, times] = isQuick ? [10, 50] : [2_000, 300]
  for (const at of sizes) {
    const repo = repositories.withEvents(at)
    say(`durable emit, ${at} events`)
    rows.push(await measured(repo, { at, warmUp, times }))
  }
  return {
    title: 'Durable emit, in process',
    about: [
      `One event through the store, durable when it answers, next to one write and one fdatasync of a line of the same length on a file that stays open, in the same folder: of a store that has emitted ${warmUp.toLocaleString('en')} before.`,
    ],
    rows,
  }
}

async function measured({ cwd, busy }, { at, warmUp, times }) {
  const { store, close } = await openStore(cwd)
  const path = join(cwd, '.kittify', 'limit')
  const fd = openSync(path, 'a')
  try {
    const event = await emitNote(store, busy, 'note 100000')
    const line = Buffer.from(`${JSON.stringify(event)}\n`)
    const [took, limit] = await rounds({
      warmUp,
      times,
      contestants: [(round) => emitted(store, busy, round), () => writtenDurably(fd, line)],
    })
    const against = { what: 'write + fdatasync', samples: limit }
    return row({ what: 'one durable event', at, samples: took, against, goal: GOAL })
  } finally {
    closeSync(fd)
    rmSync(path)
    await close()
  }
}

async function emitted(store, busy, round) {
  const started = performance.now()
  await emitNote(store, busy, `note ${100_000 + round}`)
  return performance.now() - started
}

function writtenDurably(fd, line) {
  const started = performance.now()
  writeSync(fd, line)
  fdatasyncSync(fd)
  return performance.now() - started
}
