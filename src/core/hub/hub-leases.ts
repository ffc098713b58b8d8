import { createHash } from 'node:crypto'
import { inject, injectable } from 'inversify'
import { actorKey, type Holder, isKittyEvent, type LogEvent, type WorkflowTable } from '../events-lib.js'
import { cloneIdentity } from '../log/format/writer-files.js'
import type { TeamLease } from '../store/event-store.js'
import { Config, Workflow } from '../workspace/config.js'
import { Workspace } from '../workspace/workspace.js'
import type { LeaseChanges, Outgoing, Renews } from './hub.js'
import { HubFiles } from './hub-files.js'
import { featureStream } from './streams.js'

/** The hub's leases, as this clone knows them. Remainders of time travel, so that no clone's clock matters. */
@injectable()
export class HubLeases {
  constructor(
    @inject(HubFiles) private readonly files: HubFiles,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Config) private readonly config: Config,
    @inject(Workflow) private readonly workflow: WorkflowTable,
  ) {}

  /** Names this clone on the hub. A copy of it, or another worktree's git directory, is another clone. */
  get clone(): string {
    const { repo = '', since = '' } = this.files.joined() ?? {}
    return createHash('sha256')
      .update(`${repo} ${since} ${cloneIdentity(this.workspace.gitCommonDir)}`)
      .digest('hex')
      .slice(0, 32)
  }

  /** @returns undefined if the hub has no lease for the package's last claim */
  of(feature: string, workPackage: string, claim: string | null): TeamLease | undefined {
    const { at, leases } = this.files.lately()
    const stream = `${featureStream(feature)}/${workPackage}`
    const found = leases.find((one) => one.stream === stream && one.event === claim)
    return found && { expires: at + found.left_ms, isElsewhere: found.clone !== this.clone }
  }

  /** @param own of these events, IDs that this process wrote: they are the holder's signs of life */
  changes(
    events: readonly LogEvent[],
    outgoing: readonly Outgoing[],
    own: (id: string) => boolean = () => true,
  ): LeaseChanges {
    const claims: LeaseChanges['claims'][number][] = []
    const ends: string[] = []
    const renews: Renews[] = []
    for (const [at, event] of events.entries()) {
      const stream = outgoing[at]?.stream
      if (stream === undefined || !own(event.event_id)) continue
      if (isKittyEvent(event) && event.event_type === 'WPStatusChanged') {
        const { holder, session, new_status } = event.payload
        const actor = actorKey(holder ?? event.actor)
        if (this.workflow.working.includes(new_status))
          claims.push({ stream, event: event.event_id, actor, session: session ?? null })
        else ends.push(stream)
      } else renews.push({ stream, actor: actorKey(event.actor), session: event.correlation_id })
    }
    return { clone: this.clone, ms: this.config.claims.expire, claims, ends, renews }
  }

  renewal(feature: string, workPackage: string, { actor, session }: Holder): Renews {
    return { stream: `${featureStream(feature)}/${workPackage}`, actor: actorKey(actor), session }
  }
}
