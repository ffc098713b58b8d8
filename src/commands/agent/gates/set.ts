import { Args, Flags } from '@oclif/core'
import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { featureFlag, provenanceFlags } from '../../../core/cli/flags.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { Gates } from '../../../core/services/packages/gates.js'
import type { EventStore } from '../../../core/store/event-store.js'

export default class SetGateCommand extends KittyCommand<typeof SetGateCommand> {
  static override summary = 'Record how a gate went'
  static override description =
    'A failed one is kept among the error records too, so that the next to try can see why.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP01-CI_CHECK --status passed',
    '<%= config.bin %> <%= command.id %> WP01-CI_CHECK --status failed --details "2 of 214 tests failed" --json',
  ]
  static override args = {
    gate: Args.string({
      name: 'GATE',
      description: 'Gate: WP01-CI_CHECK.',
      required: true,
    }),
  }
  static override flags = {
    status: Flags.option({
      options: ['passed', 'failed', 'pending'] as const,
      required: true,
      summary: 'How it went.',
    })(),
    details: Flags.string({ summary: 'What there is to say. Kept with the event.', helpValue: 'TEXT' }),
    feature: featureFlag,
    ...provenanceFlags,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(Gates)
    const scope = await this.scope(this.eventStore)
    const { status, details } = this.flags
    const { gate, event } = await service.set({
      feature: await scope.feature(this.flags.feature),
      gate: this.args.gate,
      status,
      details,
      provenance: scope.provenance(this.flags),
    })
    this.show(() => [`${gate.gate_id}: ${gate.status} (${gate.work_package}, ${event.actor})`])
    return this.document({ gate, event })
  }
}
