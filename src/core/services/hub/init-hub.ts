import { inject, injectable } from 'inversify'
import { KittyError } from '../../errors/kitty-error.js'
import { shownCommand } from '../../errors/next-step.js'
import { type HubAddress, hubLogin, isSameHub } from '../../hub/hub-address.js'
import { HubDatabase } from '../../hub/hub-database.js'
import { HubFiles } from '../../hub/hub-files.js'
import { changeSettings } from '../../workspace/change-settings.js'
import { Config } from '../../workspace/config.js'
import { hubHost, type HubSetting, isDatabaseName } from '../../workspace/hub-setting.js'
import { Session } from '../../workspace/session.js'
import { Workspace } from '../../workspace/workspace.js'
import { firstCommits } from '../first-commits.js'
import { anotherRepository, isSameRepository } from './same-repository.js'

export interface InitHubRequest {
  readonly hosts: readonly string[]
  readonly database: string
  /** Makes a new repository in the hub, although `config.json` names one. */
  readonly isNew: boolean
}

export interface InitHubResult {
  readonly repo: string
  readonly hosts: readonly string[]
  readonly database: string
  readonly migrations: readonly string[]
}

/** Makes the hub's tables and this repository's place in them, and names both in `config.json`. */
@injectable()
export class InitHub {
  constructor(
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Config) private readonly config: Config,
    @inject(Session) private readonly session: Session,
    @inject(HubFiles) private readonly files: HubFiles,
  ) {}

  /**
   * Can be repeated: adds what is missing. This clone has joined afterwards, and the role that connects is an owner.
   * @throws KittyError UsageError for a host or a name that is none, or as `firstCommits`; HubMismatch for another
   * repository's place; HubUnreachable, HubDenied; NotWritable
   */
  async init({ hosts, database, isNew }: InitHubRequest): Promise<InitHubResult> {
    for (const host of hosts) if (hubHost(host) === undefined) throw badHost()
    if (!isDatabaseName(database)) throw badDatabase()
    const { root } = this.workspace
    const roots = firstCommits(root)
    const { env } = this.session
    const now = this.session.now()
    const known = this.config.hub
    const repo = known === undefined || isNew ? this.session.nextId(now) : known.repo
    const address = { repo, hosts, database }
    const base = await HubDatabase.open(address, this.#timelineSeen(address), {
      login: hubLogin(env, hosts),
      env,
    })
    let migrations: string[]
    try {
      migrations = await base.migrate()
      const theirs = await base.addRepo(repo, this.session.nextId(now), roots)
      if (!isSameRepository(root, theirs, roots)) throw anotherRepository(address, theirs, roots)
      await base.addOwner(repo)
    } finally {
      await base.close()
    }
    this.#configure({ offline_claims: 'refuse', ...known, ...address })
    this.files.forgetServer()
    this.files.join({ ...address, since: now.toISOString() })
    return { ...address, migrations }
  }

  /** Of these very servers: others may be on a lower one. */
  #timelineSeen(address: HubAddress): number {
    const joined = this.files.joined()
    return joined !== undefined && isSameHub(joined, address) ? (this.files.state()?.timeline ?? 0) : 0
  }

  /** Changes this one setting and keeps the others. */
  #configure(hub: HubSetting): void {
    const { offline_claims, ...rest } = hub
    const value = offline_claims === 'refuse' ? rest : hub
    changeSettings(this.workspace, (settings) => ({ ...settings, hub: value }))
  }
}

const EXAMPLE = shownCommand(['kitty', 'hub', 'init', 'db1.example', '--database', 'kitty'])

function badHost(): KittyError {
  return new KittyError(
    'UsageError',
    'A host is given as HOST or HOST:PORT, without a URL, user or password.',
    {
      nextSteps: [...EXAMPLE, 'The password comes from KITTY_HUB or a password file.'],
    },
  )
}

function badDatabase(): KittyError {
  return new KittyError('UsageError', '--database takes the plain name of a database.', {
    nextSteps: EXAMPLE,
  })
}
