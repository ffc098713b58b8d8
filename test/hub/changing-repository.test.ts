import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WriteReport } from '../../src/core/services/write-report.js'
import { cloneOf, commitLog, project } from '../support/kitty.js'
import { gitIn } from '../support/temp-repository.js'
import { refusalOf } from './support/kind-of.js'
import { noServer, PostgresServer } from './support/postgres-server.js'
import { Member } from './support/team.js'

describe.skipIf(noServer !== undefined)('the report of a repository that changes', () => {
  let server: PostgresServer
  let env: Record<string, string>
  beforeAll(async () => {
    server = await PostgresServer.start({ fsync: 'off' })
    await server.database('reports')
    env = { KITTY_REPORT: `${server.url()}/reports` }
  })
  afterAll(() => server.down())

  const write = (member: Member): Promise<{ repo: string }> =>
    member.run(WriteReport, (service) => service.write(undefined))

  const packages = async (repo: string): Promise<string[]> => {
    const rows = await server.sql<{ text: string }>(
      "SELECT work_package_id || ' ' || lane || ' ' || lane_kind AS text FROM kitty_report.work_package WHERE repo = $1 ORDER BY 1",
      'reports',
      [repo],
    )
    return rows.map(({ text }) => text)
  }

  /** Follows while `work` runs. @param work gets the name in the report, and what waits until the report is so */
  async function following(
    member: Member,
    work: (until: (...wanted: string[]) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const over = new AbortController()
    let repo = ''
    const followed = member.run(WriteReport, async (service) => {
      for await (const result of service.follow(undefined, over.signal))
        if ('repo' in result) repo = result.repo
    })
    const until = async (...wanted: string[]): Promise<void> => {
      for (;;) {
        if (repo !== '' && wanted.every((one) => known.includes(one))) return
        await new Promise((resolve) => setTimeout(resolve, 50))
        if (repo !== '') known = await packages(repo)
      }
    }
    let known: string[] = []
    try {
      await work(until)
    } finally {
      over.abort()
      await followed
    }
  }

  it('goes back with the branch that is checked out', async () => {
    const ada = new Member(await project(), 'ada', env)
    commitLog(ada.folder)
    gitIn(ada.folder, 'switch', '--quiet', '--create', 'side')
    await ada.move('doing')
    commitLog(ada.folder)
    await following(ada, async (until) => {
      await until('WP01 doing working')
      gitIn(ada.folder, 'switch', '--quiet', 'main')
      await until('WP01 planned open')
    })
  })

  it('is written by the settings of the moment, while it follows', async () => {
    const ada = new Member(await project(), 'ada', env)
    await following(ada, async (until) => {
      await until('WP01 planned open')
      appendFileSync(
        join(ada.folder, '.kittify', 'config.json'),
        JSON.stringify({
          workflow: {
            name: 'w',
            lanes: ['planned', 'doing'],
            done: ['planned'],
            moves: { planned: [{ to: 'doing' }] },
          },
        }),
      )
      await ada.note('hello')
      await until('WP01 planned done')
    })
  })

  it('is one report, whole, when two clones write it concurrently', async () => {
    const ada = new Member(await project(), 'ada', env)
    commitLog(ada.folder)
    const bob = new Member(await cloneOf(ada.folder), 'bob', env)
    await ada.move('doing', 'WP01')
    await bob.move('canceled', 'WP02', { force: true })
    const alone = async (member: Member): Promise<string[]> => packages((await write(member)).repo)
    const either = [await alone(ada), await alone(bob)]
    const { repo } = await write(ada)
    // For the first time, and both at the same place: they wait for this one, and go on together.
    const tables = ['repo', 'event', 'feature', 'work_package', 'visit']
    for (const table of tables)
      await server.sql(`DELETE FROM kitty_report.${table} WHERE repo = $1`, 'reports', [repo])
    const held = server.sql(
      'BEGIN; LOCK TABLE kitty_report.event IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(2); COMMIT',
      'reports',
    )
    await Promise.all([held, write(ada), write(bob)])
    expect(either).toContainEqual(await packages(repo))
    const [written] = await server.sql<{ moves: string }>(
      "SELECT count(DISTINCT event_id) AS moves FROM kitty_report.event WHERE repo = $1 AND event_type = 'WPStatusChanged'",
      'reports',
      [repo],
    )
    expect(written?.moves).toBe('1')
  })

  it('is refused where the repository has no name of its own: before the first commit, and in a shallow clone', async () => {
    const ada = new Member(await project(), 'ada', env)
    commitLog(ada.folder)
    gitIn(ada.folder, 'commit', '--quiet', '--allow-empty', '--message', 'second')
    const folder = `${ada.folder}-shallow`
    gitIn(ada.folder, 'clone', '--quiet', '--depth', '1', `file://${ada.folder}`, folder)
    const shallow = await refusalOf(write(new Member(folder, 'ada', env)))
    expect(shallow).toMatchObject({ kind: 'UsageError' })
    expect(JSON.stringify(shallow.nextSteps)).toContain('git fetch --unshallow')

    gitIn(ada.folder, 'checkout', '--quiet', '--orphan', 'new')
    expect(await refusalOf(write(ada))).toMatchObject({
      kind: 'UsageError',
      message: expect.stringContaining('this one has none') as string,
    })
  })
})
