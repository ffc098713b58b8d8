import { inject, injectable } from 'inversify'
import { KittyError } from '../../errors/kitty-error.js'
import { encodeEvent } from '../../events-lib.js'
import { HubDoor } from '../../hub/hub-door.js'
import { Redactions } from '../../log/redactions.js'
import { RedactEvents, type RedactedEvent } from '../events/redact-events.js'

const CONNECT_MS = 5_000

export interface HubRedactResult extends RedactedEvent {
  /** Lines that changed in this clone. */
  readonly lines: number
}

/** Takes the content of an event out of the hub and of every clone that asks it. */
@injectable()
export class RedactOnHub {
  constructor(
    @inject(HubDoor) private readonly door: HubDoor,
    @inject(RedactEvents) private readonly events: RedactEvents,
    @inject(Redactions) private readonly redactions: Redactions,
  ) {}

  /**
   * Can be repeated: a run that was interrupted is completed.
   * @throws KittyError HubDenied unless the caller owns the repository's hub; HubTooOld, HubUnreachable; UsageError as
   * `RedactEvents`
   */
  async redact(name: string, reason: string): Promise<HubRedactResult> {
    const hub = await this.door.open(CONNECT_MS)
    try {
      const { may } = await hub.about()
      if (may !== 'own') throw notAnOwner(may)
      const { redacted, lines } = await this.events.redact([name], reason)
      const [event] = redacted
      const stub = event && this.redactions.all.get(event.event_id)?.event
      if (event === undefined || stub === undefined) throw new Error('a redacted event has a stub')
      hub.allow(CONNECT_MS)
      await hub.redact(event.event_id, reason.trim(), Buffer.from(encodeEvent(stub).trimEnd()))
      return { ...event, lines }
    } finally {
      await hub.close()
      await this.events.store.close(true)
    }
  }
}

function notAnOwner(may: string): KittyError {
  return new KittyError('HubDenied', `Only an owner removes anything from the hub; this role may ${may}.`, {
    nextSteps: ['Ask an owner, or have one give the right: kitty hub member ROLE own'],
    context: { may },
  })
}
