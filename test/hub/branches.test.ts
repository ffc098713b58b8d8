import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderCiSummary } from '../../src/core/cli/render/ci-summary.js'
import { CiReport } from '../../src/core/services/ci-report.js'
import { Audit } from '../../src/core/services/audit/audit.js'
import { MergePreview } from '../../src/core/services/merge/merge-preview.js'
import { NewPackage } from '../../src/core/services/packages/new-package.js'
import { TaskQueries } from '../../src/core/services/board/task-queries.js'
import { EventStore } from '../../src/core/store/event-store.js'
import type { WorkPackageDocument } from '../../src/core/projections/board-document.js'
import { cloneOf, commitLog, FEATURE } from '../support/kitty.js'
import { gitIn } from '../support/temp-repository.js'
import { noServer, PostgresServer } from './support/postgres-server.js'
import { Member, pair, team } from './support/team.js'

const LATER = 3_000

describe.skipIf(noServer !== undefined)('branches of clones that share a hub', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await PostgresServer.start({ fsync: 'off' })
    await server.database()
  })
  afterAll(() => server.down())

  const packages = async (member: Member): Promise<WorkPackageDocument[]> => {
    // On a slow machine, the moment that a read has for the hub is too short.
    if (member.env['KITTY_HUB'] !== undefined) await member.status()
    return member.run(TaskQueries, (tasks) => tasks.list({ feature: FEATURE }), LATER)
  }
  const marks = async (member: Member, id: string): Promise<string[]> => {
    const found = (await packages(member)).find((one) => one.work_package === id)
    return (found?.marks ?? []).map(({ mark }) => mark)
  }
  const overlay = (member: Member): string =>
    readdirSync(join(member.folder, '.git', 'kitty', 'hub'))
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => readFileSync(join(member.folder, '.git', 'kitty', 'hub', name), 'utf8'))
      .join('')

  it('show a package of another branch as elsewhere, also after that branch is gone, and offer it to no one', async () => {
    const [ada, bob] = await pair(server)
    gitIn(ada.folder, 'checkout', '--quiet', '-b', 'a')
    mkdirSync(join(ada.folder, 'kitty-specs', FEATURE, 'tasks'), { recursive: true })
    const provenance = { actor: 'ada', causationId: null, correlationId: null }
    await ada.run(NewPackage, (service) =>
      service.create({ feature: FEATURE, title: 'On a branch', after: [], subtasks: [], provenance }),
    )
    gitIn(ada.folder, 'add', '--force', '.kittify', 'kitty-specs')
    gitIn(ada.folder, 'commit', '--quiet', '--message', 'WP04')
    expect(await marks(bob, 'WP04')).toEqual(['elsewhere', 'not in HEAD'])
    const ready = await bob.run(TaskQueries, (tasks) => tasks.ready([FEATURE]))
    expect(ready.map(({ work_package }) => work_package)).not.toContain('WP04')
    gitIn(bob.folder, 'fetch', '--quiet')
    const named = (await packages(bob)).find((one) => one.work_package === 'WP04')
    expect(named?.marks[0]?.text).toContain('origin/a')
    // In the clone that made it, on another branch, and after the branch is deleted.
    gitIn(ada.folder, 'checkout', '--quiet', '--force', 'main')
    expect(await marks(ada, 'WP04')).toContain('elsewhere')
    gitIn(ada.folder, 'branch', '--quiet', '-D', 'a')
    gitIn(bob.folder, 'fetch', '--quiet', '--prune')
    for (const member of [ada, bob]) expect(await marks(member, 'WP04'), member.name).toContain('elsewhere')
    for (const member of [ada, bob]) expect(await member.problems()).toEqual([])
  })

  it('mark what HEAD lacks; audit and preview of a merge know it; and the overlay is cleaned once the trunk has it', async () => {
    const [ada, bob] = await pair(server)
    await ada.move('doing')
    expect(await bob.lane()).toBe('doing')
    expect(await marks(bob, 'WP01')).toContain('not in HEAD')
    expect(await marks(bob, 'WP03')).not.toContain('not in HEAD')
    await bob.status()
    const { by_hub, findings } = await bob.run(Audit, (audit) => audit.audit('HEAD'))
    expect(findings).toEqual([])
    expect(by_hub).toMatchObject([{ entity_id: 'WP01', actor: 'ada', role: 'owner' }])

    commitLog(ada.folder)
    gitIn(bob.folder, 'fetch', '--quiet')
    const preview = (): Promise<unknown> =>
      bob.run(MergePreview, async (service) =>
        bob.run(EventStore, (store) => service.preview(store, 'origin/main')),
      )
    expect(await preview()).toMatchObject({
      changes: [{ work_package: 'WP01', from: 'planned', to: 'doing', by_hub: true }],
    })
    await bob.status()
    expect(overlay(bob)).toContain('"doing"')
    gitIn(bob.folder, 'pull', '--quiet', '--no-rebase', '--no-edit')
    expect(await marks(bob, 'WP01')).not.toContain('not in HEAD')
    await bob.status()
    expect(overlay(bob)).not.toContain('"doing"')
    expect(await bob.lane()).toBe('doing')
    // A checkout that takes it away: the hub has it.
    gitIn(bob.folder, 'checkout', '--quiet', '-b', 'old', 'HEAD~1')
    expect((await packages(bob)).find((one) => one.work_package === 'WP01')?.lane).toBe('doing')
    expect(await bob.problems()).toEqual([])
    expect(existsSync(join(bob.folder, '.kittify'))).toBe(true)
  })

  it('count what another branch has done, with a warning to who builds on it', async () => {
    const [ada, bob] = await pair(server)
    gitIn(ada.folder, 'checkout', '--quiet', '-b', 'a')
    await ada.move('done', 'WP01', { force: true })
    commitLog(ada.folder)
    const warned = (): boolean =>
      bob.warnings.some((one) =>
        one.startsWith('WP01 is done on another branch, which your base does not have'),
      )
    await bob.status()
    await bob.move('doing', 'WP02')
    expect(warned()).toBe(true)
    await bob.status()
    const report = await bob.run(CiReport, (service) => service.report('origin/main'))
    expect(report).toMatchObject({ ok: true, by_hub: [{ entity_id: 'WP01', actor: 'ada', role: 'owner' }] })
    expect(renderCiSummary(report)).toContain('001-login/WP01 WPStatusChanged by ada, hub, role owner')
    // Merged and pulled, it is no news.
    commitLog(bob.folder)
    gitIn(bob.folder, 'pull', '--quiet', '--no-rebase', '--no-edit', ada.folder, 'a')
    await bob.move('planned', 'WP02', { force: true })
    await bob.move('doing', 'WP02')
    expect(warned()).toBe(false)
  })

  it('leave a fourth clone without the hub with what git has, and nothing missing', async () => {
    const members = await team(server, ['ada', 'bob', 'cid'])
    const [ada] = members
    if (ada === undefined) throw new Error('a member')
    const zoe = new Member(await cloneOf(ada.folder), 'zoe', {})
    for (let step = 0; step < 6; step += 1) {
      const member = members[step % 3]
      if (member === undefined) throw new Error('a member')
      await member.move(step % 2 === 0 ? 'doing' : 'planned', 'WP01', { force: true })
      await member.note(`step ${step}`)
      commitLog(member.folder)
      gitIn(zoe.folder, 'pull', '--quiet', '--no-rebase', '--no-edit', member.folder, 'main')
      // The next write puts in order what git's union merge has left.
      await zoe.note(`seen ${step}`, 'WP03')
      commitLog(zoe.folder)
      expect(await zoe.problems(), `step ${step}`).toEqual([])
      expect((await packages(zoe)).find((one) => one.work_package === 'WP01')?.lane).toBe(
        await member.lane('WP01'),
      )
    }
  })
})
