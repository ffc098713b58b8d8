import type { DataSource, EntityManager } from '#typeorm'
import type { HubEntities } from '../../entities/hub/index.js'
import type { HubHost } from '../workspace/hub-setting.js'
import { type HubAddress, type HubLogin, tlsFor, WHOLE_MS } from './hub-address.js'
import { hubFailure, type HubPlace } from './hub-failure.js'
import { firstOf, primaryTimeline, SERVER_STATE, type ServerState } from './hub-hosts.js'
import { HubSchema1 } from './schema/hub-schema-1.js'
import { HubSchema2 } from './schema/hub-schema-2.js'

/** What TypeORM keeps about the migrations that ran. */
const MIGRATIONS_TABLE = 'migration'
/** Of the advisory lock under which one administrator at a time migrates: 'ktty' in ASCII. */
const LOCK = 0x6b747479
const CONNECT_MS = 5_000

/** With what the administrator connects. */
export interface HubAccess {
  readonly login: HubLogin
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The hub's tables, for the administrator who makes and migrates them. Clients never use this. */
export class HubDatabase {
  private constructor(
    private readonly source: DataSource,
    private readonly entities: HubEntities,
    private readonly place: HubPlace,
  ) {}

  /**
   * Connects to the first host that is a primary of the newest timeline, as clients do.
   * @param timeline the highest that this clone has seen; 0 for none
   * @throws KittyError HubUnreachable, HubDenied
   */
  static async open(address: HubAddress, timeline: number, access: HubAccess): Promise<HubDatabase> {
    return firstOf(address.hosts, async (host) => {
      const base = await HubDatabase.#connect(host, address.database, access)
      try {
        await base.#assertPrimary(timeline)
        return base
      } catch (error) {
        await base.close()
        throw error
      }
    })
  }

  static async #connect(host: HubHost, database: string, { login, env }: HubAccess): Promise<HubDatabase> {
    // Only here: the entities load TypeORM.
    const [{ DataSource }, driver, { HUB_ENTITIES }] = await Promise.all([
      import('#typeorm'),
      import('#pg'),
      import('../../entities/hub/index.js'),
    ])
    const { user, password } = login
    const source = new DataSource({
      type: 'postgres',
      driver,
      host: host.host,
      port: host.port,
      database,
      ...(user !== undefined && { username: user }),
      ...(password !== undefined && { password }),
      ssl: tlsFor(host.host, env['PGSSLROOTCERT']),
      connectTimeoutMS: CONNECT_MS,
      applicationName: 'kitty',
      extra: { query_timeout: WHOLE_MS },
      schema: 'kitty',
      entities: Object.values(HUB_ENTITIES),
      migrations: [HubSchema1, HubSchema2],
      migrationsTableName: MIGRATIONS_TABLE,
      installExtensions: false,
      logging: false,
    })
    const place = {
      server: `${host.host}:${host.port}`,
      database,
      user: user ?? env['PGUSER'] ?? 'of this system user',
    }
    try {
      await source.initialize()
    } catch (error) {
      throw hubFailure(error, place)
    }
    return new HubDatabase(source, HUB_ENTITIES, place)
  }

  async #assertPrimary(timeline: number): Promise<void> {
    const [state] = await this.source
      .query<ServerState[]>(`SELECT ${SERVER_STATE}`)
      .catch((error: unknown) => Promise.reject(this.#failed(error)))
    primaryTimeline(state, this.place, timeline)
  }

  #failed(error: unknown): Error {
    return hubFailure(error, this.place)
  }

  /** Makes the tables, or brings them to this version. @returns the names of the migrations that ran */
  async migrate(): Promise<string[]> {
    return this.#locked(async () => {
      await this.#assertUnicode()
      await this.source.query('CREATE SCHEMA IF NOT EXISTS kitty')
      const ran = await this.source.runMigrations({ transaction: 'all' })
      return ran.map(({ name }) => name)
    })
  }

  /** Names of features, actors and reasons may hold any character. */
  async #assertUnicode(): Promise<void> {
    const [row] = await this.source.query<{ server_encoding: string }[]>('SHOW server_encoding')
    if (row?.server_encoding === 'UTF8') return
    throw Object.assign(new Error('not UTF-8'), { code: '22P05' })
  }

  /** Adds a repository, unless it is there. @returns the first commits of the one that is there now */
  async addRepo(repo: string, epoch: string, roots: readonly string[]): Promise<readonly string[]> {
    const { Repo } = this.entities
    return this.#transaction(async (manager) => {
      const known = await manager.findOneBy(Repo, { repo })
      if (known !== null) return known.roots
      await manager.insert(Repo, { repo, epoch, roots: [...roots] })
      return roots
    })
  }

  /** Makes the connected role an owner of the repository, which it can do to any role. */
  async addOwner(repo: string): Promise<void> {
    const { Member } = this.entities
    await this.#transaction(async (manager) => {
      const [me] = await manager.query<{ role: string }[]>('SELECT session_user AS role')
      // Not save: TypeORM reads the row by the name of its class, which the bundle does not keep.
      await manager.upsert(Member, { repo, role: me?.role ?? '', may: 'own' }, ['repo', 'role'])
    })
  }

  async #transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await this.source.transaction(work)
    } catch (error) {
      throw this.#failed(error)
    }
  }

  /** What the tables lack of the entities, as SQL; empty after a migration. */
  async differences(): Promise<string[]> {
    const { upQueries } = await this.source.driver.createSchemaBuilder().log()
    return upQueries.map(({ query }) => query)
  }

  async close(): Promise<void> {
    await this.source.destroy()
  }

  async #locked<T>(work: () => Promise<T>): Promise<T> {
    const runner = this.source.createQueryRunner()
    try {
      await runner.query('SELECT pg_advisory_lock($1)', [LOCK])
      return await work()
    } catch (error) {
      throw this.#failed(error)
    } finally {
      // Ends the session's lock, too, when the connection is lost.
      await runner.query('SELECT pg_advisory_unlock($1)', [LOCK]).catch(() => undefined)
      await runner.release()
    }
  }
}
