import { describe, expect, it } from 'vitest'
import { Next } from '../../src/core/services/claims/next.js'
import { EventStore } from '../../src/core/store/event-store.js'
import { McpClient } from '../support/mcp-client.js'
import { preparedRepository } from '../support/prepared-repository.js'
import { documentOf, failureIn, kitty, type Outcome } from '../support/program.js'
import { inProcess } from '../support/session.js'

/** Rounds of each race: 200 before a release. */
const ROUNDS = Number(process.env['KITTY_CLAIM_ROUNDS'] ?? 2)
const SESSIONS = ['s1', 's2', 's3', 's4'] as const
const FEATURE = '001-race'

const idOf = (round: number): string => `WP${String(round + 1).padStart(2, '0')}`

/** Four command lines of one actor, each in a session of its own, at the same time. */
function together(root: string, ...args: readonly string[]): Promise<Outcome[]> {
  return Promise.all(
    SESSIONS.map((session) => {
      // On a busy machine a holder of the lock may wait longer for a processor than others wait for the lock.
      const env = { KITTY_SESSION: session, KITTY_LOCK_TIMEOUT_MS: '120000' }
      return kitty({ cwd: root, env }, ...args, '--json')
    }),
  )
}

async function holders(root: string): Promise<Map<string, string | null>> {
  const { store } = await inProcess({ cwd: root })
  const states = await store.workPackages(FEATURE)
  await store.close()
  return new Map(states.map((state) => [state.work_package_id, state.lane_session]))
}

describe('four command lines of one actor with sessions of their own', () => {
  it(
    'that claim one package: one gets it, the others learn who has it, and no claim is lost',
    async () => {
      const packages = Array.from({ length: ROUNDS }, (_, round) => ({ id: idOf(round) }))
      const { root } = await preparedRepository({ [FEATURE]: packages })
      for (let round = 0; round < ROUNDS; round += 1) {
        const outcomes = await together(root, 'claim', idOf(round))
        expect(outcomes.map(({ code }) => code).sort(), `round ${round}`).toEqual([0, 6, 6, 6])
        const winner = SESSIONS[outcomes.findIndex(({ code }) => code === 0)]
        for (const loser of outcomes.filter(({ code }) => code === 6))
          expect(failureIn(loser)).toMatchObject({
            kind: 'LostRace',
            context: { moved_by: 'ada', session: winner },
          })
        expect((await holders(root)).get(idOf(round))).toBe(winner)
      }
    },
    ROUNDS * 30_000 + 60_000,
  )

  it(
    'that ask for the next one: never the same, and never nothing while one is free',
    async () => {
      // One fewer than they ask for, so that the last one finds nothing.
      const packages = Array.from({ length: ROUNDS * 4 - 1 }, (_, at) => ({ id: idOf(at) }))
      const { root } = await preparedRepository({ [FEATURE]: packages })
      const given: string[] = []
      for (let round = 0; round < ROUNDS; round += 1) {
        const outcomes = await together(root, 'next', '--claim', '--another')
        expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0, 0])
        const claimed = outcomes.map(
          (outcome) => documentOf(outcome)['claimed'] as { work_package: string } | null,
        )
        given.push(...claimed.flatMap((one) => one?.work_package ?? []))
        const free = packages.length - round * 4
        expect(claimed.filter((one) => one !== null)).toHaveLength(Math.min(4, free))
      }
      expect(new Set(given).size).toBe(packages.length)
      const again = await together(root, 'next', '--claim')
      for (const [at, outcome] of again.entries()) {
        const { claimed, resumed } = documentOf(outcome) as {
          claimed: { work_package: string }
          resumed: boolean
        }
        expect(resumed).toBe(true)
        expect((await holders(root)).get(claimed.work_package)).toBe(SESSIONS[at])
      }
    },
    ROUNDS * 30_000 + 60_000,
  )
})

describe('four MCP clients of one name next to four command lines of one actor', () => {
  it(
    'that claim one package: one of the eight gets it, and the others learn that it is taken',
    async () => {
      const packages = Array.from({ length: ROUNDS }, (_, round) => ({ id: idOf(round) }))
      const { root } = await preparedRepository({ [FEATURE]: packages })
      const clients = await Promise.all(
        Array.from({ length: 4 }, () => McpClient.connect(root, { name: 'claude' })),
      )
      const winners: (string | null | undefined)[] = []
      try {
        for (let round = 0; round < ROUNDS; round += 1) {
          const wp = idOf(round)
          const [replies, outcomes] = await Promise.all([
            Promise.all(clients.map((client) => client.call('move', { wp, to: 'doing', expect: 'planned' }))),
            together(root, 'claim', wp),
          ])
          const lost = [
            ...replies.flatMap(({ isError, document }) => (isError ? [document['error']] : [])),
            ...outcomes.flatMap((outcome) => (outcome.code === 0 ? [] : [failureIn(outcome)])),
          ]
          expect(lost, `round ${round}`).toHaveLength(7)
          for (const failure of lost) expect(failure).toMatchObject({ kind: 'LostRace' })
          winners.push((await holders(root)).get(wp))
        }
      } finally {
        await Promise.all(clients.map((client) => client.close()))
      }
      expect(winners.every((session) => typeof session === 'string')).toBe(true)
    },
    ROUNDS * 30_000 + 60_000,
  )
})

describe('the package of an agent that was killed', () => {
  it('is offered to the next one when its lease has ended, and to no one before', async () => {
    const { root } = await preparedRepository({ [FEATURE]: [{ id: 'WP01' }] })
    const killed = await kitty({ cwd: root, env: { KITTY_SESSION: 's1' } }, 'next', '--claim', '--json')
    expect(killed.code).toBe(0)
    const nextFor = async (hours: number) => {
      const now = new Date(Date.now() + hours * 3_600_000)
      const { store, service } = await inProcess({ cwd: root, now: () => now })
      const provenance = { actor: 'bob', session: 's2', causationId: null, correlationId: 's2' }
      const result = await (await service(Next)).claim({ features: [FEATURE], provenance })
      await store.close()
      return result
    }
    expect(await nextFor(3.9)).toMatchObject({
      claimed: null,
      why: [{ work_package: 'WP01', reason: 'held', by: ['ada'] }],
    })
    expect(await nextFor(4.1)).toMatchObject({ claimed: { work_package: 'WP01' }, resumed: false })
    const state = await inProcess({ cwd: root }).then(async ({ container, store }) => {
      const found = await (await container.resolve(EventStore)).workPackage(FEATURE, 'WP01')
      await store.close()
      return found
    })
    expect(state).toMatchObject({ lane: 'doing', lane_actor: 'bob', lane_session: 's2' })
  })
})

describe('kitty work', () => {
  it('runs a command as the holder, exits as it does, and leaves stdout to it or to the document', async () => {
    const { root } = await preparedRepository({ [FEATURE]: [{ id: 'WP01' }] })
    const env = { KITTY_SESSION: 's1' }
    const script = 'console.log(process.env.KITTY_ACTOR, process.env.KITTY_SESSION); process.exit(7)'
    const work = (...flags: readonly string[]) =>
      kitty({ cwd: root, env }, 'work', 'WP01', ...flags, '--', process.execPath, '-e', script)
    expect(await work()).toMatchObject({ code: 1, stdout: '' })
    await kitty({ cwd: root, env }, 'claim', 'WP01')
    expect(await work()).toEqual({ code: 7, stdout: 'ada s1\n', stderr: '' })
    const answered = await work('--json')
    expect(documentOf(answered)).toMatchObject({ work_package: 'WP01', exit_code: 7 })
    expect(answered).toMatchObject({ code: 7, stderr: 'ada s1\n' })
  })
})
