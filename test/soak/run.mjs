/**
 * Everything concurrently, for as long as the caller asks: eight agents, two people, three clones of one repository, `watch`, `web`
 * and `mcp`, and commands that are killed. At the end every promise about log and board is checked.
 * Run `npm run soak -- --minutes 60`; docs/reliability.md has the figures of the last run.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { threeClones } from './clones.mjs'
import { check, converge, growth, Record, sizeOf } from './invariants.mjs'
import { agent, person, servers } from './workers.mjs'

const LOOK_EVERY_MS = 5_000

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    agents: { type: 'string', default: '8' },
    seed: { type: 'string', default: '1' },
  },
})
const [minutes, agents, seed] = [values.minutes, values.agents, values.seed].map(Number)
if (![minutes, agents, seed].every((number) => Number.isFinite(number) && number > 0))
  throw new Error('--minutes, --agents and --seed take numbers above 0')

const folder = mkdtempSync(join(tmpdir(), 'kitty-soak-'))
const clones = await threeClones(folder)
const record = new Record()
const until = Date.now() + minutes * 60_000
const running = servers(clones)
const sizes = new Map(Object.keys(running.processes).map((name) => [name, []]))
const looking = setInterval(() => {
  for (const [name, { pid }] of Object.entries(running.processes)) sizes.get(name).push(sizeOf(pid))
  process.stdout.write(
    `${record.commands} commands, ${record.killed} killed, ${record.problems.length} problems\n`,
  )
}, LOOK_EVERY_MS)

const [a, , c] = clones
await Promise.all([
  ...Array.from({ length: agents }, (_, nth) =>
    agent(nth + 1, clones[nth % clones.length], { until, record, random: randomFrom(seed + nth) }),
  ),
  person('ada', a, { until, record, random: randomFrom(seed + 100) }),
  person('bob', clones[1], { until, record, random: randomFrom(seed + 101) }),
  person('cleo', c, { until, record, random: randomFrom(seed + 102) }),
])
clearInterval(looking)
for (const [name, list] of sizes) record.problems.push(...growth(name, list))
await running.stop()
await pause(500)
await converge(clones, record)
await check(clones, record)

const { commands, killed, refused, events, problems } = record
process.stdout.write(
  `${JSON.stringify(
    {
      minutes,
      seed,
      agents,
      commands,
      killed,
      refused,
      git: events,
      servers: Object.fromEntries([...sizes].map(([name, list]) => [name, [list.at(0), list.at(-1)]])),
      problems,
    },
    null,
    2,
  )}\n`,
)
if (problems.length === 0) rmSync(folder, { recursive: true, force: true })
else process.stdout.write(`The clones are in ${folder}.\n`)
process.exitCode = problems.length === 0 ? 0 : 1

/** Mulberry32. */
function randomFrom(start) {
  let state = start >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
