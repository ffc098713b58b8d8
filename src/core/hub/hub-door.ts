import { inject, injectable } from 'inversify'
import { KittyError } from '../errors/kitty-error.js'
import { shownCommand } from '../errors/next-step.js'
import { Config } from '../workspace/config.js'
import { Session } from '../workspace/session.js'
import { connectHub } from './connect-hub.js'
import type { Hub } from './hub.js'
import { type HubAddress, hubLogin, isSameHub } from './hub-address.js'
import { unreachable } from './hub-failure.js'
import { HubFiles } from './hub-files.js'

/** After a failure, the hub is left alone for this many milliseconds, so that no command waits for it again. */
const PAUSE_MS = 30_000

/** Opens connections to the hub that this clone has joined. */
@injectable()
export class HubDoor {
  constructor(
    @inject(Config) private readonly config: Config,
    @inject(Session) private readonly session: Session,
    @inject(HubFiles) private readonly files: HubFiles,
  ) {}

  /** The hub of `config.json`. @throws KittyError HubMismatch unless this clone has joined exactly that one */
  address(): HubAddress {
    const { hub } = this.config
    if (hub === undefined) throw noHub()
    const joined = this.files.joined()
    if (joined === undefined) throw notJoined(hub)
    if (!isSameHub(joined, hub)) throw mismatch(joined, hub)
    return hub
  }

  /**
   * @param ms for connecting and every call after it
   * @param isMoment for a read, or what a command does after its answer: both keep away from a slow hub, too
   * @throws KittyError HubUnreachable, HubDenied, HubTooOld, HubMismatch
   */
  async open(ms: number, isMoment = false): Promise<Hub> {
    const address = this.address()
    const { down, slow } = this.files.pauses()
    const until = isMoment ? Math.max(down, slow) : down
    const left = until - this.session.now().getTime()
    // More than a whole pause: it was written while the clock was ahead.
    if (left > 0 && left <= PAUSE_MS)
      throw unreachable(
        `it did not answer, and is asked again after ${new Date(until).toISOString().slice(11, 19)} UTC`,
        undefined,
        { left_alone: true },
      )
    return this.connect(address, ms)
  }

  /** Connects without asking whether this clone has joined. */
  async connect(address: HubAddress, ms: number): Promise<Hub> {
    const { env } = this.session
    const started = performance.now()
    const hub = await connectHub(address, {
      ...hubLogin(env, address.hosts),
      within: ms,
      timeline: this.files.state()?.timeline ?? 0,
      authorities: env['PGSSLROOTCERT'],
    })
    hub.allow(ms - (performance.now() - started))
    return hub
  }

  /** After a failure: nothing asks the hub for a while. */
  markDown(error: KittyError): void {
    if (!hasFailed(error)) return
    this.files.pause({ ...this.files.pauses(), down: this.#pauseEnd() })
  }

  /** After a failure: reads do not ask the hub for a while. */
  markSlow(error: KittyError): void {
    if (!hasFailed(error)) return
    this.files.pause({ ...this.files.pauses(), slow: this.#pauseEnd() })
  }

  #pauseEnd(): number {
    return this.session.now().getTime() + PAUSE_MS
  }
}

/** False for a hub that was not asked: what wants to ask it during a pause must not make the pause longer. */
function hasFailed({ kind, context }: KittyError): boolean {
  return kind === 'HubUnreachable' && context['left_alone'] !== true
}

/** For people: `kitty on db1.example, db2.example`. */
export function shownHub({ hosts, database }: HubAddress): string {
  return `${database} on ${hosts.join(', ')}`
}

function noHub(): KittyError {
  return new KittyError('UsageError', 'This repository has no hub.', {
    nextSteps: ['kitty hub init HOST --database NAME'],
  })
}

function notJoined(hub: HubAddress): KittyError {
  return new KittyError('HubMismatch', `This clone has not joined the hub ${shownHub(hub)}.`, {
    nextSteps: shownCommand(['kitty', 'hub', 'join']),
    context: { hosts: hub.hosts, database: hub.database },
  })
}

function mismatch(joined: HubAddress, hub: HubAddress): KittyError {
  return new KittyError(
    'HubMismatch',
    `.kittify/config.json names another hub than the one this clone has joined: ${shownHub(hub)}, repository ${hub.repo}, instead of ${shownHub(joined)}, repository ${joined.repo}. Nothing was sent.`,
    {
      nextSteps: [
        ...shownCommand(['kitty', 'hub', 'join'], 'if that is right'),
        ...shownCommand(['git', 'log', '-p', '.kittify/config.json'], 'if not'),
      ],
      context: {
        joined: { ...joined },
        configured: { hosts: hub.hosts, database: hub.database, repo: hub.repo },
      },
    },
  )
}
