import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tied } from '../suite/folders.mjs'
import { row } from '../suite/measure.mjs'
import { rounds } from '../suite/rounds.mjs'

const WRITER = fileURLToPath(new URL('../writer.mjs', import.meta.url))
const GOAL = { name: '32 writers, durable events a second, against one writer', of: 'ratio', atLeast: 0.5 }
const AT = 1_000

/**
 * Durable events per second with this many concurrent processes, and whether the log holds every acknowledged event.
 */
export async function writers({ repositories, env, times, isQuick, say }) {
  const repo = repositories.withEvents(AT)
  const counts = isQuick ? [1, 8] : [1, 8, 32]
  const seconds = isQuick ? 1 : 3
  const samples = await rounds({
    warmUp: 0,
    times: isQuick ? 1 : Math.min(times, 3),
    contestants: counts.map((count) => async () => {
      say(`${count} writer${count === 1 ? '' : 's'}`)
      const acknowledged = await together(count, repo, { env, seconds })
      assertStored(
        acknowledged.map((one) => one.slice(1)),
        repo.cwd,
      )
      return acknowledged.filter((one) => one.startsWith('+')).length / seconds
    }),
  })
  const [one] = samples
  return {
    title: 'Writers at once',
    about: [
      `Processes that emit one durable event after the other for ${seconds} s, each to a package of its own. Every event that was acknowledged was looked for in the log afterwards, and found.`,
    ],
    rows: counts.map((count, nth) =>
      row({
        what: `${count} writer${count === 1 ? '' : 's'}`,
        at: AT,
        unit: 'events/s',
        samples: samples[nth],
        against: count === 1 ? undefined : { what: 'one writer', samples: one },
        goal: count === 32 ? GOAL : undefined,
      }),
    ),
  }
}

/** @returns the acknowledgments, as the writers print them */
async function together(count, { cwd, packages }, { env, seconds }) {
  const all = Array.from({ length: count }, (_, nth) => {
    const { feature, id } = packages[nth % packages.length]
    const child = tied(
      spawn(process.execPath, [WRITER, `writer-${nth}`, feature, id, String(seconds)], { cwd, env }),
    )
    let said = ''
    let complaint = ''
    child.stdout.setEncoding('utf8').on('data', (text) => (said += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (complaint += text))
    const ready = Promise.race([once(child.stdout, 'data'), once(child, 'close')])
    const done = once(child, 'close').then(([status]) => {
      if (status !== 0) throw new Error(`writer ${nth} ended with ${status}: ${complaint}`)
      return said.split('\n').slice(1).filter(Boolean)
    })
    return { child, ready, done }
  })
  await Promise.all(all.map(({ ready }) => ready))
  for (const { child } of all) child.stdin.on('error', () => undefined).end()
  return (await Promise.all(all.map(({ done }) => done))).flat()
}

function assertStored(acknowledged, cwd) {
  const folder = join(cwd, '.kittify', 'events')
  const stored = new Set()
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.jsonl')))
    for (const [, id] of readFileSync(join(folder, name), 'latin1').matchAll(/^\{"event_id":"([^"]+)"/gm))
      stored.add(id)
  const lost = acknowledged.filter((id) => !stored.has(id))
  if (lost.length > 0)
    throw new Error(`${lost.length} acknowledged events are not in the log, such as ${lost[0]}`)
}
