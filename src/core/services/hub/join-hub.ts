import { inject, injectable } from 'inversify'
import { KittyError } from '../../errors/kitty-error.js'
import { shownCommand } from '../../errors/next-step.js'
import { HubDoor, shownHub } from '../../hub/hub-door.js'
import { HubFiles } from '../../hub/hub-files.js'
import { Config } from '../../workspace/config.js'
import type { HubSetting } from '../../workspace/hub-setting.js'
import { Session } from '../../workspace/session.js'
import { Workspace } from '../../workspace/workspace.js'
import { isShallow, rootCommits } from '../../git/head.js'
import { anotherRepository, isSameRepository } from './same-repository.js'

const CONNECT_MS = 5_000

export interface JoinHubResult {
  readonly repo: string
  readonly hosts: readonly string[]
  readonly database: string
  readonly server: string
  /** `read`, `append` or `own`. */
  readonly may: string
}

/** Agrees to the hub that `config.json` names. Nothing is sent there before. */
@injectable()
export class JoinHub {
  constructor(
    @inject(Config) private readonly config: Config,
    @inject(HubDoor) private readonly door: HubDoor,
    @inject(HubFiles) private readonly files: HubFiles,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Session) private readonly session: Session,
  ) {}

  /**
   * @param isAgreed the user has seen where this goes
   * @throws KittyError UsageError until the user agrees; HubMismatch for another repository's hub; HubUnreachable,
   * HubDenied, HubTooOld
   */
  async join(isAgreed: boolean): Promise<JoinHubResult> {
    const { hub } = this.config
    if (hub === undefined) throw noHub()
    const { root } = this.workspace
    const roots = rootCommits(root)
    if (!isAgreed) throw notAgreed(hub, roots, isShallow(root))
    const { repo, hosts, database } = hub
    this.files.markUp()
    const link = await this.door.connect(hub, CONNECT_MS)
    try {
      const about = await link.about()
      if (!isSameRepository(root, about.roots, roots)) throw anotherRepository(hub, about.roots, roots)
      this.files.join({ repo, hosts, database, since: this.session.now().toISOString() })
      return { repo, hosts, database, server: link.server, may: about.may }
    } finally {
      await link.close()
    }
  }
}

function notAgreed(hub: HubSetting, roots: readonly string[], shallow: boolean): KittyError {
  const first =
    roots.length === 0 ? 'no commit yet' : `first commit ${roots.map((id) => id.slice(0, 12)).join(', ')}`
  return new KittyError(
    'UsageError',
    `.kittify/config.json names the hub ${shownHub(hub)}, repository ${hub.repo}. This clone (${first}${shallow ? ', shallow' : ''}) would send its events there.`,
    {
      nextSteps: shownCommand(['kitty', 'hub', 'join', '--yes'], 'if that is right'),
      context: { hosts: hub.hosts, database: hub.database, repo: hub.repo, roots, shallow },
    },
  )
}

function noHub(): KittyError {
  return new KittyError('UsageError', 'This repository has no hub.', {
    nextSteps: ['kitty hub init HOST --database NAME'],
  })
}
