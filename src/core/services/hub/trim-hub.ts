import { inject, injectable } from 'inversify'
import { KittyError } from '../../errors/kitty-error.js'
import { shownCommand } from '../../errors/next-step.js'
import { WHOLE_MS } from '../../hub/hub-address.js'
import { HubDoor } from '../../hub/hub-door.js'
import { Trunk } from '../../hub/trunk.js'
import { isDay } from '../../log/format/day-file.js'
import { Session } from '../../workspace/session.js'

const CONNECT_MS = 5_000

export interface TrimHubResult {
  /** The first day that stays. */
  readonly before: string
  readonly days: number
  /** Events that were removed; the last one of each stream stays. */
  readonly removed: number
}

/** Removes from the hub what the trunk has. */
@injectable()
export class TrimHub {
  constructor(
    @inject(HubDoor) private readonly door: HubDoor,
    @inject(Trunk) private readonly trunk: Trunk,
    @inject(Session) private readonly session: Session,
  ) {}

  /**
   * @param before `YYYY-MM-DD`
   * @throws KittyError UsageError for a day that is none or to come, or if the trunk lacks an event of the days before; HubDenied
   * unless the caller owns the repository's hub; HubTooOld, HubUnreachable
   */
  async trim(before: string): Promise<TrimHubResult> {
    if (!isDay(before)) throw noDay()
    if (before > this.session.now().toISOString().slice(0, 10)) throw notYet()
    const trunk = this.trunk.ids()
    if (trunk === undefined) throw noTrunk(this.trunk.name)
    const hub = await this.door.open(CONNECT_MS)
    try {
      hub.allow(WHOLE_MS)
      const days = await hub.before(before)
      const lacking = [...days].filter(([, ids]) => ids.some((id) => !trunk.has(id))).map(([day]) => day)
      if (lacking.length > 0) throw notInTrunk(lacking, this.trunk.name)
      return { before, days: days.size, removed: await hub.trim(before, days) }
    } finally {
      await hub.close()
    }
  }
}

function noDay(): KittyError {
  return new KittyError('UsageError', '--before takes a day, such as 2026-01-01.', {
    nextSteps: shownCommand(['kitty', 'hub', 'trim', '--before', '2026-01-01']),
  })
}

/** What comes on a day that was trimmed counts as removed on purpose, and no clone would offer it. */
function notYet(): KittyError {
  return new KittyError('UsageError', '--before takes a day that has come: only days that are over can go.', {
    nextSteps: shownCommand(['kitty', 'hub', 'trim', '--before', '2026-01-01']),
  })
}

function noTrunk(name: string): KittyError {
  return new KittyError('UsageError', `This clone has no ${name}, so it cannot say what the trunk has.`, {
    nextSteps: [
      ...shownCommand(['git', 'remote', 'set-head', 'origin', '--auto']),
      'Or name the trunk in .kittify/config.json: "hub": {"trunk": "refs/remotes/origin/main"}',
    ],
    context: { trunk: name },
  })
}

function notInTrunk(days: readonly string[], name: string): KittyError {
  const [first = ''] = days
  return new KittyError(
    'UsageError',
    `The hub has events of ${first}${days.length > 1 ? ` and ${days.length - 1} more days` : ''} that ${name} lacks. Nothing was removed.`,
    {
      nextSteps: [
        ...shownCommand(['git', 'fetch'], 'what was merged'),
        ...shownCommand(['kitty', 'hub', 'record', '--older-than', '2d'], 'what no branch has'),
        ...shownCommand(['kitty', 'hub', 'trim', '--before', first], 'the days before'),
      ],
      context: { days },
    },
  )
}
