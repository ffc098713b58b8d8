import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LogEvent } from '../../src/core/events-lib.js'
import { Conflicts } from '../../src/core/services/conflicts/conflicts.js'
import { FinalizeTasks } from '../../src/core/services/features/finalize-tasks.js'
import { EventStore } from '../../src/core/store/event-store.js'
import { by, FEATURE, inProcess, project } from '../support/kitty.js'
import { runNode } from '../support/node-script.js'
import { gitIn } from '../support/temp-repository.js'
import { HubProxy } from './support/hub-proxy.js'
import { noServer, PostgresServer } from './support/postgres-server.js'
import { type Member, team } from './support/team.js'

const MOVER = fileURLToPath(new URL('support/mover.mjs', import.meta.url))
const APPENDS = Number(process.env['KITTY_HUB_APPENDS'] ?? 96)
const IS_FULL = APPENDS >= 1_000
const CLONES = IS_FULL ? 8 : 4
const PROCESSES = IS_FULL ? 4 : 2
/** Few packages when there are few moves, so that they get in each other's way. */
const PACKAGES = IS_FULL ? 50 : 3
const TITLE = `${CLONES} clones with ${PROCESSES} processes each, which move the same ${PACKAGES} packages`
/** Over a slow wire, what one process receives arrives at any moment of another one's decision. */
const WIRES = [
  { wire: 'on loopback', delayMs: 0, appends: APPENDS },
  { wire: 'over a wire of 15 ms', delayMs: 15, appends: Math.ceil(APPENDS / 3) },
]

describe.skipIf(noServer !== undefined).each(WIRES)(`${TITLE}, $wire`, ({ delayMs, appends }) => {
  let server: PostgresServer
  let proxy: HubProxy
  beforeAll(async () => {
    server = await PostgresServer.start()
    await server.database()
    proxy = await HubProxy.before(server.port)
    proxy.delayMs = delayMs
  })
  afterAll(async () => {
    await proxy.close()
    await server.down()
  })

  it('let one win for each expectation, and end with the same events', async () => {
    const members = await team(
      server,
      Array.from({ length: CLONES }, (_, at) => `actor-${at}`),
      delayMs === 0 ? undefined : [proxy.host],
      await bigProject(),
    )
    const share = Math.ceil(appends / (CLONES * PROCESSES))
    const started = performance.now()
    const running = members.flatMap((member, clone) =>
      Array.from({ length: PROCESSES }, (_, at) => move(member, share, clone * PROCESSES + at + 1)),
    )
    const answers = (await Promise.all(running)).flat()
    const seconds = (performance.now() - started) / 1_000
    const taken = withSign('+', answers)
    // A slow machine may miss the three seconds: what is no claim then goes on without the hub.
    const local = withSign('~', answers)
    const acknowledged = [...taken, ...local]
    const refused = counted(answers.filter((answer) => answer.startsWith('-')))
    process.stdout.write(
      `${acknowledged.length} moves in ${Math.round(seconds)} s (${(acknowledged.length / seconds).toFixed(1)} per second), without the hub: ${local.length}, refused: ${JSON.stringify(refused)}\n`,
    )
    expect(acknowledged.length).toBe(share * CLONES * PROCESSES)

    const rows = await server.sql<{ seq: string; event_id: string; line: Buffer }>(
      'SELECT seq, event_id, line FROM kitty.event ORDER BY seq',
    )
    expect(rows.map(({ seq }) => Number(seq))).toEqual(rows.map((_, at) => at + 1))
    const hub = new Map(rows.map(({ event_id, line }) => [event_id, line.toString('utf8')]))
    expect(acknowledged.filter((id) => !hub.has(id))).toEqual([])
    for (const member of members) {
      member.later += 31_000
      expect((await member.status()).not_confirmed).toEqual([])
      expect(await member.events()).toEqual(hub)
    }
    const [first] = members
    const events = (await first?.run(EventStore, (store) => store.wholeLog())) ?? []
    const isTaken = new Set(taken)
    expectOneWinnerEach(events.filter(({ event_id }) => isTaken.has(event_id)))
    // Two winners of one expectation would be concurrent.
    if (local.length === 0)
      expect(await first?.run(Conflicts, (service) => service.list(undefined, true))).toEqual([])
    const allowed = ['-LostRace', '-HubUnreachable', '-LockTimeout']
    expect(Object.keys(refused).filter((kind) => !allowed.includes(kind))).toEqual([])
  })
})

/** Runs a process in a clone. @returns its answers */
async function move(member: Member, count: number, seed: number): Promise<string[]> {
  const env = { ...member.env, KITTY_ACTOR: member.name, GIT_CONFIG_GLOBAL: '/dev/null' }
  const args = [String(count), String(PACKAGES), String(seed)]
  const { code, stdout, stderr } = await runNode(MOVER, args, env, member.folder).finished
  expect(code, stderr).toBe(0)
  return stdout.split('\n').filter(Boolean)
}

/** Two winners of one expectation would follow the same event. */
function expectOneWinnerEach(moves: readonly LogEvent[]): void {
  const winners = new Map<string, string>()
  for (const { event_id, parents } of moves)
    for (const parent of parents ?? []) {
      expect(winners.get(parent), `${event_id} and another one follow ${parent}`).toBe(undefined)
      winners.set(parent, event_id)
    }
}

function withSign(sign: string, answers: readonly string[]): string[] {
  return answers.filter((answer) => answer.startsWith(sign)).map((answer) => answer.slice(1))
}

function counted(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}

/** A project with as many packages as the test wants, none of which waits for another. */
async function bigProject(): Promise<string> {
  const root = await project()
  for (let at = 4; at <= PACKAGES; at += 1) {
    const id = `WP${String(at).padStart(2, '0')}`
    writeFileSync(
      join(root, 'kitty-specs', FEATURE, 'tasks', `${id}-part.md`),
      `---\nwork_package_id: ${id}\ntitle: Part ${id}\nsubtasks: []\n---\n# ${id}\n`,
    )
  }
  await inProcess(root, FinalizeTasks, (service) =>
    service.finalize({ features: [FEATURE], all: false, provenance: by('ada') }),
  )
  gitIn(root, 'add', '--force', '.kittify/events')
  gitIn(root, 'commit', '--quiet', '--allow-empty', '--message', 'packages')
  return root
}
