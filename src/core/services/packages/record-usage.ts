import { inject, injectable } from 'inversify'
import { quoted } from '../../errors/secrets.js'
import { Emits } from '../../../aspects/emits.js'
import { Exclusive } from '../../../aspects/exclusive.js'
import { KittyError } from '../../errors/kitty-error.js'
import { isKittyEvent, type LogEvent, type Usage } from '../../events-lib.js'
import { refuseLostClaim } from '../claims/lost-claim.js'
import { firstEvent, isOf, type Repeats } from '../first-event.js'
import { knownWorkPackage } from '../known-work-package.js'
import { EventStore, type Decision, decided, type Provenance } from '../../store/event-store.js'
import { type NextStep, shownWords } from '../../errors/next-step.js'

export interface UsageRequest {
  readonly feature: string
  readonly workPackage: string
  /** As typed. All are whole numbers, except the cost, which is in dollars with decimals. */
  readonly tokens?: string | undefined
  readonly cost?: string | undefined
  readonly seconds?: string | undefined
  readonly provenance: Provenance
}

export interface UsageResult {
  readonly feature: string
  readonly work_package: string
  /** Totals of everything recorded. */
  readonly usage: Usage
  readonly event: LogEvent
}

/** Adds to the usage recorded for a work package. */
@injectable()
export class RecordUsage {
  constructor(@inject(EventStore) readonly store: EventStore) {}

  /** Stores nothing. @throws KittyError UsageError for a value that is not an amount */
  check(request: UsageRequest): void {
    amountsOf(request)
  }

  /** @throws KittyError UnknownWorkPackage; UsageError if nothing is given or a value is not an amount */
  @Exclusive
  async record(request: UsageRequest): Promise<UsageResult> {
    const amounts = Object.entries(amountsOf(request))
    const repeats: Repeats['repeats'] = (earlier) =>
      earlier.every(
        (event) =>
          isKittyEvent(event) &&
          event.event_type === 'UsageRecorded' &&
          isOf(event, request.feature, request.workPackage) &&
          amounts.length === Object.keys(event.payload).length - 1 &&
          amounts.every(([key, amount]) => Reflect.get(event.payload, key) === amount),
      )
    const { events } = await this.decide({ ...request, repeats })
    const event = firstEvent('UsageRecorded', events, request.provenance)
    const { feature_slug } = event.payload
    const state = await this.store.workPackage(feature_slug, event.entity_id)
    if (state === undefined) throw new Error(`no ${event.entity_id} after its usage was written`)
    return { feature: feature_slug, work_package: event.entity_id, usage: state.usage, event }
  }

  @Emits
  protected async decide(request: UsageRequest & Repeats): Promise<Decision> {
    const { feature, workPackage, provenance } = request
    refuseLostClaim(await knownWorkPackage(this.store, feature, workPackage), provenance)
    const amounts = amountsOf(request)
    if (Object.keys(amounts).length === 0)
      throw wrong('Nothing to record.', ['--tokens 1200', '--cost 0.0125', '--seconds 65'])
    const payload = { feature_slug: feature, ...amounts }
    return decided([
      { event_type: 'UsageRecorded', entity_id: workPackage, entity_type: 'WorkPackage', payload },
    ])
  }
}

function amountsOf({ tokens, cost, seconds }: UsageRequest): Partial<Usage> {
  return {
    ...(tokens !== undefined && { tokens: wholeNumber('--tokens', tokens) }),
    ...(cost !== undefined && { cost_usd_micros: microDollars(cost) }),
    ...(seconds !== undefined && { seconds: wholeNumber('--seconds', seconds) }),
  }
}

function wholeNumber(flag: string, text: string): number {
  // At most twelve digits, so that a thousand such amounts still add up exactly.
  if (/^\d{1,12}$/.test(text)) return Number(text)
  throw wrong(
    `${flag} ${quoted(text, 40)} is no whole number from 0 to 999999999999.`,
    shownWords([flag, '1200']),
  )
}

/**
 * Converts to millionths of a dollar, rounded to the nearest. Works on the digits, since 0.29 has no exact binary
 * fraction.
 */
export function microDollars(text: string): number {
  const [, whole, decimals = ''] = /^\$?(\d{1,9})(?:\.(\d{1,30}))?$/.exec(text) ?? []
  if (whole === undefined) {
    throw wrong(`--cost ${quoted(text, 40)} is no amount in dollars from 0 to 999999999.`, ['--cost 0.0125'])
  }
  const digits = decimals.padEnd(7, '0')
  return Number(whole) * 1_000_000 + Number(digits.slice(0, 6)) + (digits.charAt(6) >= '5' ? 1 : 0)
}

function wrong(message: string, nextSteps: readonly (string | NextStep)[]): KittyError {
  return new KittyError('UsageError', message, { nextSteps })
}
