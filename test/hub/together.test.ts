import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Conflicts } from '../../src/core/services/conflicts/conflicts.js'
import { Gates } from '../../src/core/services/packages/gates.js'
import { MarkSubtasks } from '../../src/core/services/packages/mark-subtasks.js'
import { NewPackage } from '../../src/core/services/packages/new-package.js'
import { SetupSpec } from '../../src/core/services/features/setup-spec.js'
import { EventStore } from '../../src/core/store/event-store.js'
import { cloneOf, commitLog, FEATURE } from '../support/kitty.js'
import { gitIn } from '../support/temp-repository.js'
import { kindOf } from './support/kind-of.js'
import { noServer, PostgresServer } from './support/postgres-server.js'
import { Member, pair } from './support/team.js'

const by = (actor: string) => ({ actor, causationId: null, correlationId: null })

describe.skipIf(noServer !== undefined)('two clones that decide through the hub', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await PostgresServer.start({ fsync: 'off' })
    await server.database()
  })
  afterAll(() => server.down())

  it('give two new packages and two new features two numbers each', async () => {
    const members = await pair(server)
    for (const { folder } of members)
      mkdirSync(join(folder, 'kitty-specs', FEATURE, 'tasks'), { recursive: true })
    const packages = await Promise.all(
      members.map((member) =>
        member.run(NewPackage, (service) =>
          service.create({
            feature: FEATURE,
            title: `Of ${member.name}`,
            after: [],
            subtasks: [],
            provenance: by(member.name),
          }),
        ),
      ),
    )
    expect(packages.map(({ work_package }) => work_package).sort()).toEqual(['WP04', 'WP05'])
    const features = await Promise.all(
      members.map((member) =>
        member.run(SetupSpec, (service) =>
          service.setUp({ slug: `of-${member.name}`, provenance: by(member.name) }),
        ),
      ),
    )
    expect(features.map(({ feature }) => feature.slice(0, 3)).sort()).toEqual(['002', '003'])
    for (const member of members) {
      await member.status()
      expect(await member.run(Conflicts, (service) => service.list(undefined, true))).toEqual([])
      const ids = await member.run(EventStore, async (store) =>
        (await store.boardRows(FEATURE)).map((row) => row.work_package_id),
      )
      expect(ids).toEqual(['WP01', 'WP02', 'WP03', 'WP04', 'WP05'])
    }
  })

  it('never have a package that is done with a failed gate', async () => {
    for (let round = 0; round < 4; round += 1) {
      const [ada, bob] = await pair(server)
      const { gate } = await ada.run(Gates, (gates) =>
        gates.add({ feature: FEATURE, workPackage: 'WP01', type: 'tests', provenance: by('ada') }),
      )
      const set = (member: Member, status: 'passed' | 'failed'): Promise<unknown> =>
        member.run(Gates, (gates) =>
          gates.set({ feature: FEATURE, gate: gate.gate_id, status, provenance: by(member.name) }),
        )
      await set(ada, 'passed')
      await ada.move('doing')
      await ada.run(MarkSubtasks, (service) =>
        service.mark({
          feature: FEATURE,
          subtasks: ['T001'],
          workPackage: 'WP01',
          done: true,
          provenance: by('ada'),
        }),
      )
      await ada.move('for_review')
      await bob.status()
      const [, moved] = await Promise.all([kindOf(set(bob, 'failed')), kindOf(ada.move('done'))])
      expect(['done', 'GateFailure']).toContain(moved)
      for (const member of [ada, bob]) {
        await member.status()
        const state = await member.run(EventStore, (store) => store.workPackage(FEATURE, 'WP01'))
        const isFailed = state?.gates.some(({ status }) => status === 'failed') ?? false
        // A gate that fails after the package was done says so; a package is never moved to done over it.
        if (isFailed && state?.lane === 'done') {
          const history = await member.run(EventStore, (store) => store.history(FEATURE, 'WP01'))
          const kinds = history.map(({ event_type }) => event_type)
          expect(kinds.lastIndexOf('WPStatusChanged')).toBeLessThan(kinds.lastIndexOf('GateResultChanged'))
        }
      }
    }
  })

  it("do not publish a stranger's branch that is checked out, until it is merged", async () => {
    const [ada, bob] = await pair(server)
    const mallory = new Member(await cloneOf(ada.folder), 'mallory', {})
    gitIn(mallory.folder, 'checkout', '--quiet', '-b', 'theirs')
    await mallory.move('doing', 'WP03')
    commitLog(mallory.folder)
    const { events: before } = await bob.status()
    gitIn(bob.folder, 'fetch', '--quiet', mallory.folder, 'theirs')
    gitIn(bob.folder, 'checkout', '--quiet', '-B', 'look', 'FETCH_HEAD')
    expect(await bob.run(EventStore, async (store) => (await store.workPackage(FEATURE, 'WP03'))?.lane)).toBe(
      'doing',
    )
    expect(await bob.status()).toMatchObject({ offered: 0, events: before })
    await bob.note('I am looking at it')
    expect(await bob.status()).toMatchObject({ events: (before ?? 0) + 1 })
    // Merged: the trunk has it.
    gitIn(ada.folder, 'pull', '--quiet', '--no-rebase', '--no-edit', mallory.folder, 'theirs')
    gitIn(bob.folder, 'fetch', '--quiet')
    await bob.status()
    expect(await ada.lane('WP03')).toBe('doing')
    const rows = await server.sql<{ line: Buffer }>('SELECT line FROM kitty.event WHERE repo = $1', 'kitty', [
      ada.hub().repo,
    ])
    expect(rows.some(({ line }) => line.includes('mallory'))).toBe(true)
  })
})
