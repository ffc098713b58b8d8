import { inject, injectable } from 'inversify'
import { KittyError } from '../../errors/kitty-error.js'
import { Notices } from '../../errors/notices.js'
import { shownCommand } from '../../errors/next-step.js'
import { isSameActor, isSameHolder, type WorkflowTable } from '../../events-lib.js'
import { EventStore, type Provenance } from '../../store/event-store.js'
import { Workflow } from '../../workspace/config.js'
import { holderOf } from '../../workspace/holder.js'
import { knownWorkPackage } from '../known-work-package.js'
import { holderIn } from './claim.js'
import { heldByAnother, heldInOtherSession, notYours } from './held.js'
import { Leases } from './leases.js'
import { refuseLostClaim } from './lost-claim.js'

export interface KeepAliveRequest {
  readonly feature: string
  readonly workPackage: string
  readonly provenance: Provenance
}

/** Renews a holder's lease while something runs. */
@injectable()
export class KeepAlive {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(Leases) private readonly leases: Leases,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  /**
   * Renews the lease, runs `work`, and renews again from time to time until it ends.
   * @throws KittyError UnknownWorkPackage; LostRace or StateTransitionError if this holder does not have the package,
   * in which case `work` is not run; whatever `work` throws
   */
  async during<T>(request: KeepAliveRequest, work: () => Promise<T>): Promise<T> {
    await this.#assertHeld(request)
    const { feature, workPackage, provenance } = request
    const holder = holderOf(provenance)
    let isHeld = await this.leases.renew(feature, workPackage, holder)
    let renewal = Promise.resolve()
    const renew = async (): Promise<void> => {
      if (!isHeld) return
      isHeld = await this.leases.renew(feature, workPackage, holder)
      if (!isHeld) this.notices.warn(`${workPackage} is no longer yours; its lease was not renewed.`)
    }
    // One after the other: a slow disk must not pile renewals up. A renewal that fails is tried again at the next one.
    const timer = setInterval(() => {
      renewal = renewal.then(renew).catch(() => undefined)
    }, this.leases.renewEvery)
    try {
      return await work()
    } finally {
      clearInterval(timer)
      await renewal.then(renew).catch(() => undefined)
    }
  }

  async #assertHeld({ feature, workPackage, provenance }: KeepAliveRequest): Promise<void> {
    const state = await knownWorkPackage(this.store, feature, workPackage)
    refuseLostClaim(state, provenance)
    const isWorkedOn = this.workflow.working.includes(state.lane) && state.lane_actor !== null
    if (!isWorkedOn) throw notYours(state, false)
    const [current, own] = [holderIn(state), holderOf(provenance)]
    if (isSameHolder(current, own)) return
    const lease = await this.leases.ofOne(state)
    throw isSameActor(current.actor, own.actor)
      ? heldInOtherSession(state, lease, provenance.session)
      : heldByAnother(state, lease)
  }
}

/** Nothing to run was given. */
export function noCommand(workPackage: string): KittyError {
  return new KittyError('UsageError', 'No command to run was given.', {
    nextSteps: shownCommand(['kitty', 'work', workPackage, '--', 'npm', 'test']),
  })
}
