import { appendFileSync, cpSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FinalizeTasks } from '../../src/core/services/features/finalize-tasks.js'
import { Flow } from '../../src/core/services/board/flow.js'
import { MarkSubtasks } from '../../src/core/services/packages/mark-subtasks.js'
import { Status } from '../../src/core/services/board/status.js'
import { type ReportResult, WriteReport } from '../../src/core/services/write-report.js'
import { FEATURE, project } from '../support/kitty.js'
import { documentOf, kitty, type Outcome, outcomeOf, startKitty } from '../support/program.js'
import { kindOf } from './support/kind-of.js'
import { noServer, PostgresServer } from './support/postgres-server.js'
import { Member } from './support/team.js'

describe.skipIf(noServer !== undefined)('the report', () => {
  let server: PostgresServer
  let env: Record<string, string>
  beforeAll(async () => {
    server = await PostgresServer.start({ fsync: 'off' })
    await server.database('reports')
    env = { KITTY_REPORT: `${server.url()}/reports` }
  })
  afterAll(() => server.down())

  const write = (member: Member, to?: string): Promise<ReportResult> =>
    member.run(WriteReport, (service) => service.write(to))
  const rows = <Row extends object>(text: string, repo: string): Promise<Row[]> =>
    server.sql<Row>(text, 'reports', [repo])

  async function worked(): Promise<Member> {
    const ada = new Member(await project(), 'ada', env)
    const provenance = { actor: 'ada', causationId: null, correlationId: null }
    await ada.move('doing')
    await ada.run(MarkSubtasks, (service) =>
      service.mark({ feature: FEATURE, subtasks: ['T001'], workPackage: 'WP01', done: true, provenance }),
    )
    for (const lane of ['for_review', 'done']) await ada.move(lane)
    await ada.move('doing', 'WP03')
    await ada.move('canceled', 'WP02', { force: true })
    return ada
  }

  /** Every table of the report, but for when it was written. */
  const everything = async (repo: string): Promise<unknown[]> =>
    Promise.all(
      ['event', 'feature', 'work_package', 'visit', 'conflict'].map((table) =>
        rows(`SELECT * FROM kitty_report.${table} WHERE repo = $1 ORDER BY 1, 2, 3, 4`, repo),
      ),
    )

  /** The report's views against what `status` and `flow` answer. */
  async function expectEqual(member: Member, { repo }: ReportResult): Promise<void> {
    const status = await member.run(Status, (service) => service.board(undefined, true))
    const flow = await member.run(Flow, (service) => service.figures())
    const board = await rows('SELECT * FROM kitty_report.board WHERE repo = $1', repo)
    const lanes = status.features.flatMap(({ feature, lanes: all }) =>
      Object.entries(all).flatMap(([lane, packages]) =>
        packages.length === 0
          ? []
          : [{ repo, feature_slug: feature, lane, packages: String(packages.length) }],
      ),
    )
    expect(new Set(board.map((row) => JSON.stringify(row)))).toEqual(
      new Set(lanes.map((row) => JSON.stringify(row))),
    )
    for (const { feature, progress } of status.features) {
      const [row] = await rows<{ done: string; total: string; percent: string }>(
        `SELECT done, total, percent FROM kitty_report.progress WHERE repo = $1 AND feature_slug = '${feature}'`,
        repo,
      )
      if (row !== undefined)
        expect({ done: Number(row.done), total: Number(row.total), percent: Number(row.percent) }).toEqual(
          progress,
        )
    }
    const throughput = await rows<{ week: string; done: string }>(
      'SELECT week::text, done FROM kitty_report.throughput WHERE repo = $1 ORDER BY week',
      repo,
    )
    expect(throughput.map(({ week, done }) => ({ week, done: Number(done) }))).toEqual(
      flow.throughput.filter(({ done }) => done > 0),
    )
    const seconds = async (view: string): Promise<number[]> =>
      (
        await rows<{ seconds: string }>(
          `SELECT seconds FROM kitty_report.${view} WHERE repo = $1 ORDER BY seconds`,
          repo,
        )
      ).map((row) => Number(row.seconds))
    const sorted = (items: readonly { readonly seconds: number }[]): number[] =>
      items.map((item) => item.seconds).sort((a, b) => a - b)
    expect(await seconds('cycle_time')).toEqual(sorted(flow.cycle_time.items))
    expect(await seconds('lead_time')).toEqual(sorted(flow.lead_time.items))
    const inLane = await rows<{ lane: string; open: string }>(
      'SELECT lane, open FROM kitty_report.time_in_lane WHERE repo = $1 AND open > 0 ORDER BY lane',
      repo,
    )
    expect(inLane.map(({ lane, open }) => [lane, Number(open)])).toEqual(
      flow.time_in_lane
        .filter(({ open }) => open > 0)
        .map(({ lane, open }) => [lane, open])
        .sort(),
    )
  }

  it('equals status and flow, and is the same when it is made from nothing again', async () => {
    const ada = await worked()
    const first = await write(ada)
    expect(first).toMatchObject({ features: 1, work_packages: 3, conflicts: 0 })
    await expectEqual(ada, first)
    const before = await everything(first.repo)
    await server.sql('DROP SCHEMA kitty_report CASCADE', 'reports')
    await write(ada)
    expect(await everything(first.repo)).toEqual(before)
  })

  it('keeps several repositories apart', async () => {
    const [ada, bob] = [await worked(), new Member(await project(), 'bob', env)]
    bob.configure({ repo: '01M8J3J4X2BC3CCQX5E43CD9R0', hosts: ['127.0.0.1:9'], database: 'kitty' })
    const mine = await write(ada)
    const before = await everything(mine.repo)
    const theirs = await write(bob)
    expect(theirs.repo).toBe('01M8J3J4X2BC3CCQX5E43CD9R0')
    expect(await everything(mine.repo)).toEqual(before)
    expect(await everything(theirs.repo)).not.toEqual(before)
  })

  it('is kept up while it follows', async () => {
    const ada = await worked()
    const over = new AbortController()
    const seen: ReportResult[] = []
    const following = ada.run(WriteReport, async (service) => {
      for await (const result of service.follow(undefined, over.signal))
        if ('repo' in result) seen.push(result)
    })
    while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    await ada.move('for_review', 'WP03', { force: true })
    while (seen.length === 1) await new Promise((resolve) => setTimeout(resolve, 20))
    over.abort()
    await following
    const repo = seen[0]?.repo ?? ''
    const lanes = await rows<{ lane: string }>(
      "SELECT lane FROM kitty_report.work_package WHERE repo = $1 AND work_package_id = 'WP03'",
      repo,
    )
    expect(lanes).toEqual([{ lane: 'for_review' }])
  })

  describe('of the built program, which follows', () => {
    let own: PostgresServer
    beforeAll(async () => {
      own = await PostgresServer.start({ fsync: 'off' })
      await own.database('reports')
    })
    afterAll(() => own.down())

    it('goes on after the server was killed and restarted, and ends in order', async () => {
      const ada = await worked()
      const url = `${own.url()}/reports`
      const child = startKitty({ cwd: ada.folder, env: { KITTY_REPORT: url } }, 'report', '--follow')
      let shown = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text))
      const ended = outcomeOf(child)
      const until = async (is: () => boolean | Promise<boolean>): Promise<void> => {
        while (!(await is())) {
          expect(child.exitCode, shown).toBe(null)
          await new Promise((resolve) => setTimeout(resolve, 100))
        }
      }
      const lane = async (): Promise<string | undefined> => {
        const [row] = await own.sql<{ lane: string }>(
          "SELECT lane FROM kitty_report.work_package WHERE work_package_id = 'WP03'",
          'reports',
        )
        return row?.lane
      }
      await until(() => shown.includes('Wrote 3 packages'))
      // Immediately: between the first report and the first look at the log nothing gets lost.
      await ada.move('for_review', 'WP03', { force: true })
      await until(async () => (await lane()) === 'for_review')

      await own.down('SIGKILL')
      await ada.move('planned', 'WP03', { force: true })
      await until(() => shown.includes('The database of the report was not reached'))
      await own.up()
      await until(async () => (await lane()) === 'planned')
      child.kill('SIGINT')
      const { code, stderr } = await ended
      expect([code, stderr]).toEqual([130, ''])
      expect(shown).not.toContain('only-for-this-test')
    })

    it('leaves the tables of a newer kitty alone, and brings those of an older one along', async () => {
      const ada = await worked()
      const report = (): Promise<Outcome> =>
        kitty({ cwd: ada.folder, env: { KITTY_REPORT: `${own.url()}/reports` } }, 'report', '--json')
      const columns = (): Promise<object[]> =>
        own.sql(
          "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'kitty_report' ORDER BY 1, 2",
          'reports',
        )
      expect(await report()).toMatchObject({ code: 0 })
      const whole = await columns()

      await own.sql('ALTER TABLE kitty_report.work_package ADD COLUMN mood text', 'reports')
      await own.sql("COMMENT ON SCHEMA kitty_report IS 'kitty 9'", 'reports')
      const newer = await report()
      expect([newer.code, documentOf(newer)]).toEqual([
        5,
        {
          error: expect.objectContaining({
            kind: 'HubTooOld',
            message: expect.stringContaining('newer kitty') as string,
          }) as object,
        },
      ])
      expect(await columns()).toHaveLength(whole.length + 1)

      await own.sql('ALTER TABLE kitty_report.work_package DROP COLUMN mood', 'reports')
      await own.sql('ALTER TABLE kitty_report.work_package DROP COLUMN started_at CASCADE', 'reports')
      await own.sql('COMMENT ON SCHEMA kitty_report IS NULL', 'reports')
      expect(await report()).toMatchObject({ code: 0 })
      expect(await columns()).toEqual(whole)
    })

    it('takes whatever a log may hold, and says what is wrong with a database', async () => {
      const ada = await worked()
      await ada.note('a backslash and \\u0000, and half a pair')
      const [day = ''] = readdirSync(join(ada.folder, '.kittify', 'events')).filter((name) =>
        name.endsWith('.jsonl'),
      )
      const file = join(ada.folder, '.kittify', 'events', day)
      const line = ada.ownLines().find((one) => one.includes('half a pair')) ?? ''
      const odd = line
        .replace(/"event_id":"[^"]*"/, '"event_id":"01M8J3J4X2BC3CCQX5E43CD9R0"')
        .replace('half a pair', '\\ud800 \\u0000')
      // Two packages whose names are one in PostgreSQL's text.
      const twins = ['\\ud800', '\\ud801'].map((half, at) =>
        line
          .replace(/"event_id":"[^"]*"/, `"event_id":"01M8J3J4X2BC3CCQX5E43CD9R${at + 1}"`)
          .replace(/"entity_id":"[^"]*"/, `"entity_id":"W${half}"`),
      )
      appendFileSync(file, [odd, ...twins].map((one) => `${one.trimEnd()}\n`).join(''))
      const report = (database: string, more: Record<string, string> = {}): Promise<Outcome> => {
        const env = { KITTY_REPORT: `${own.url()}/${database}`, ...more }
        return kitty({ cwd: ada.folder, env }, 'report', '--json')
      }
      expect(await report('reports')).toMatchObject({ code: 0 })
      const notes = await own.sql<{ text: string }>(
        "SELECT payload->>'text' AS text FROM kitty_report.event WHERE event_type = 'NoteAdded' ORDER BY 1",
        'reports',
      )
      expect(notes.map(({ text }) => text)).toContain('a backslash and \\u0000, and half a pair')

      expect((await report('nowhere')).stdout).toMatch(/has no database nowhere/)
      const readOnly = await report('reports', { PGOPTIONS: '-c default_transaction_read_only=on' })
      expect([readOnly.code, readOnly.stdout]).toEqual([
        4,
        expect.stringMatching(/read-only for the role owner/),
      ])
    })
  })

  it('says what is wrong with an address, and no password', async () => {
    const ada = new Member(await project(), 'ada', {})
    const refused = async (to: string | undefined): Promise<string> => {
      const error: unknown = await write(ada, to).catch((reason: unknown) => reason)
      return `${String(error)} ${JSON.stringify(error)}`
    }
    expect(await kindOf(write(ada))).toBe('UsageError')
    for (const to of ['postgres://ada:hunter2@db1/x', 'ada:hunter2@db1/x', 'db1']) {
      expect(await kindOf(write(ada, to))).toBe('UsageError')
      expect(await refused(to)).not.toContain('hunter2')
    }
    ada.env = { KITTY_REPORT: `postgres://owner:hunter2@${server.host}/reports` }
    expect(await kindOf(write(ada))).toBe('HubDenied')
    expect(await refused(undefined)).not.toContain('hunter2')
  })

  const data = process.env['KITTY_SHARED_DATA']
  const features = data === undefined ? undefined : join(data, 'kitty-specs')
  it.skipIf(features === undefined || !existsSync(features))('equals status on real features', async () => {
    const ada = new Member(await project(), 'ada', env)
    cpSync(features ?? '', join(ada.folder, 'kitty-specs'), { recursive: true })
    const provenance = { actor: 'ada', causationId: null, correlationId: null }
    for (const feature of readdirSync(join(ada.folder, 'kitty-specs')))
      await ada
        .run(FinalizeTasks, (service) => service.finalize({ features: [feature], all: false, provenance }))
        .catch(() => undefined)
    const result = await write(ada)
    expect(result.work_packages).toBeGreaterThan(20)
    await expectEqual(ada, result)
  })
})
