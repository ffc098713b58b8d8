import type { DataSource, EntityManager, EntityTarget, ObjectLiteral } from '#typeorm'
import { tlsFor, WHOLE_MS } from '../hub/hub-address.js'
import type { ReportAddress } from './report-address.js'
import { newerReport, reportFailure, type ReportPlace } from './report-failure.js'
import type { ReportRows } from './report-rows.js'
import { REPORT_VIEWS } from './report-views.js'

const CONNECT_MS = 5_000
/** Rows per statement: PostgreSQL takes 65,535 values. */
const BATCH = 2_000
/** Of the advisory locks under which one process at a time makes the tables, or replaces a repository's rows. */
const LOCK = 0x6b747472

/** Of tables and views, kept as the schema's comment: `kitty 1`. It rises with every change of an entity or a view. */
const VERSION = 1
const VERSION_OF = "SELECT obj_description('kitty_report'::regnamespace, 'pg_namespace') AS version"

/** The report's tables in PostgreSQL, several repositories side by side. */
export class ReportDatabase {
  private constructor(
    private readonly source: DataSource,
    private readonly failed: (error: unknown) => Error,
  ) {}

  /** Connects, and makes tables and views where they are missing. @throws KittyError HubUnreachable, HubDenied */
  static async open(
    { host, port, database, user, password }: ReportAddress,
    env: Readonly<Record<string, string | undefined>>,
  ): Promise<ReportDatabase> {
    // Only here: the entities load TypeORM.
    const [{ DataSource }, driver, { REPORT_ENTITIES }] = await Promise.all([
      import('#typeorm'),
      import('#pg'),
      import('../../entities/report/report-entities.js'),
    ])
    const source = new DataSource({
      type: 'postgres',
      driver,
      host,
      port,
      database,
      ...(user !== undefined && { username: user }),
      ...(password !== undefined && { password }),
      ssl: tlsFor(host, env['PGSSLROOTCERT']),
      connectTimeoutMS: CONNECT_MS,
      applicationName: 'kitty report',
      extra: { query_timeout: WHOLE_MS },
      schema: 'kitty_report',
      entities: Object.values(REPORT_ENTITIES),
      installExtensions: false,
      logging: false,
    })
    const place = {
      server: `${host}:${port}`,
      database,
      user: user ?? env['PGUSER'] ?? 'of this system user',
    }
    const failed = (error: unknown): Error => reportFailure(error, place)
    try {
      await source.initialize()
      const base = new ReportDatabase(source, failed)
      await base.#prepare(place)
      return base
    } catch (error) {
      if (source.isInitialized) await source.destroy()
      throw failed(error)
    }
  }

  /**
   * Replaces everything of this repository, in one transaction: readers see the old report or the new one. One writer at
   * a time: a second one would not delete what the first one has inserted since, and a key keeps the row that is there.
   */
  async replace(rows: ReportRows): Promise<void> {
    const { REPORT_ENTITIES: all } = await import('../../entities/report/report-entities.js')
    const { repo } = rows.repo
    try {
      await this.source.transaction(async (manager) => {
        await manager.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [LOCK, repo])
        for (const entity of Object.values(all)) await manager.delete(entity, { repo })
        await insert(manager, all.Repo, [rows.repo])
        await insert(manager, all.Event, rows.events)
        await insert(manager, all.Feature, rows.features)
        await insert(manager, all.WorkPackage, rows.packages)
        await insert(manager, all.Visit, rows.visits)
        await insert(manager, all.Conflict, rows.conflicts)
      })
    } catch (error) {
      throw this.failed(error)
    }
  }

  async close(): Promise<void> {
    await this.source.destroy()
  }

  /** Tables of an earlier version are brought to this one; those of a later one are left alone. */
  async #prepare(place: ReportPlace): Promise<void> {
    const runner = this.source.createQueryRunner()
    try {
      await runner.query('SELECT pg_advisory_lock($1)', [LOCK])
      await runner.query('CREATE SCHEMA IF NOT EXISTS kitty_report')
      // Cast: the driver types no rows.
      const [row] = (await runner.query(VERSION_OF)) as { version: string | null }[]
      const version = Number(/^kitty (\d+)$/.exec(row?.version ?? '')?.[1] ?? 0)
      if (version > VERSION) throw newerReport(place)
      if (version === VERSION) return
      await this.source.synchronize()
      for (const view of REPORT_VIEWS) await runner.query(view)
      await runner.query(`COMMENT ON SCHEMA kitty_report IS 'kitty ${VERSION}'`)
    } finally {
      await runner.query('SELECT pg_advisory_unlock($1)', [LOCK]).catch(() => undefined)
      await runner.release()
    }
  }
}

async function insert<Row extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<Row>,
  rows: readonly Row[],
): Promise<void> {
  for (let at = 0; at < rows.length; at += BATCH)
    await manager
      .createQueryBuilder()
      .insert()
      .into(entity)
      .values(rows.slice(at, at + BATCH))
      // Names in a log that differ only in what PostgreSQL's text cannot hold: the first one stays.
      .orIgnore()
      .execute()
}
