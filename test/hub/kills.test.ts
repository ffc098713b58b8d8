import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Conflicts } from '../../src/core/services/conflicts/conflicts.js'
import { HubProxy } from './support/hub-proxy.js'
import { noServer, PostgresServer } from './support/postgres-server.js'
import { type Member, team } from './support/team.js'

const RUN = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
const ROUNDS = Number(process.env['KITTY_HUB_ROUNDS'] ?? 12)

/** Where the process is killed. A note is sent after it was answered, so there the points lie behind the log. */
const POINTS = {
  'before the intent': { text: 'kitty.since_1', isSent: true },
  'with the intent, before the append is sent': { text: 'kitty.append_', isSent: false },
  'when the append is sent': { text: 'kitty.append_', isSent: true },
  'when the append is answered': { answer: 0 },
  'before the log is written': { answer: 1 },
  'before the intent is removed': { answer: 4 },
} as const

const KINDS = {
  move: (lane: string) => [
    'agent',
    'tasks',
    'move-task',
    'WP01',
    '--to',
    lane,
    '--force',
    '--reason',
    'a test',
  ],
  note: (text: string) => ['agent', 'tasks', 'note', 'WP01', text],
}

describe.skipIf(noServer !== undefined)('a process that is killed while it writes', () => {
  let server: PostgresServer
  let proxy: HubProxy
  let members: Member[]
  beforeAll(async () => {
    server = await PostgresServer.start()
    await server.database()
    proxy = await HubProxy.before(server.port)
    members = await team(server, ['ada', 'bob'], [proxy.host])
  })
  afterAll(async () => {
    await proxy.close()
    await server.down()
  })

  it(`leaves hub and clones the same, in ${ROUNDS} rounds`, async () => {
    const [ada, bob] = members
    if (ada === undefined || bob === undefined) throw new Error('two members')
    const acknowledged = new Set<string>()
    let kills = 0
    const names = Object.keys(POINTS) as (keyof typeof POINTS)[]
    for (let round = 0; round < ROUNDS; round += 1) {
      const name = names[round % names.length] ?? 'before the intent'
      const kind = Math.floor(round / names.length) % 2 === 0 ? 'move' : 'note'
      const lane = (await ada.lane()) === 'doing' ? 'planned' : 'doing'
      const args = [...KINDS[kind](kind === 'move' ? lane : `note ${round}`), '--json']
      const { id, killed } = await killedAt(ada, args, name)
      if (killed) kills += 1
      if (id !== undefined) acknowledged.add(id)
      // Every second time another clone acts first.
      if (round % 2 === 1) await bob.note(`after round ${round}`)
      // On a slow machine, a moment is too short for the note.
      await bob.status()
      ada.later = 0
      const { not_confirmed } = await ada.status()
      expect(not_confirmed, name).toEqual([])
      await bob.status()
      const [one, other] = [await ada.events(), await bob.events()]
      expect(one, `${kind} killed ${name}`).toEqual(other)
      for (const event of acknowledged) expect(one.has(event), `${kind} killed ${name}: ${event}`).toBe(true)
    }
    process.stdout.write(`kills: ${kills} in ${ROUNDS} rounds, ${acknowledged.size} acknowledged\n`)
    const rows = await server.sql<{ event_id: string; line: Buffer }>(
      'SELECT event_id, line FROM kitty.event',
    )
    expect(new Map(rows.map(({ event_id, line }) => [event_id, line.toString('utf8')]))).toEqual(
      await ada.events(),
    )
    expect(await ada.run(Conflicts, (service) => service.list(undefined, true))).toEqual([])
    expect(await ada.problems()).toEqual([])
  })

  /** @returns the event that the process acknowledged, if it did */
  async function killedAt(
    member: Member,
    args: readonly string[],
    name: keyof typeof POINTS,
  ): Promise<{ id: string | undefined; killed: boolean }> {
    const point = POINTS[name]
    const { PATH = '' } = process.env
    const child: ChildProcess = spawn(process.execPath, [RUN, ...args], {
      cwd: member.folder,
      env: {
        PATH,
        HOME: member.folder,
        KITTY_ACTOR: member.name,
        GIT_CONFIG_GLOBAL: '/dev/null',
        ...member.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    child.stdout?.on('data', (bytes: Buffer) => (out += bytes.toString('utf8')))
    const kill = (): void => void child.kill('SIGKILL')
    if ('text' in point) {
      if (!point.isSent) proxy.fault = 'request lost'
      proxy.watch = { text: point.text, seen: kill }
    } else proxy.answered = () => void setTimeout(kill, point.answer)
    await new Promise((resolve) => child.once('close', resolve))
    proxy.watch = proxy.answered = proxy.fault = undefined
    const document = parsed(out)
    return { id: document?.event?.event_id, killed: child.signalCode === 'SIGKILL' }
  }
})

function parsed(text: string): { readonly event?: { readonly event_id: string } } | undefined {
  try {
    // Cast: a document of the program, or the part of one that a kill has left.
    return JSON.parse(text) as { event?: { event_id: string } }
  } catch {
    return undefined
  }
}
