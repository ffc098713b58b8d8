import { Flags } from '@oclif/core'
import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { featureFlag, provenanceFlags, workPackageArg } from '../../../core/cli/flags.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { usageText } from '../../../core/cli/render/event-text.js'
import { RecordUsage } from '../../../core/services/packages/record-usage.js'
import type { EventStore } from '../../../core/store/event-store.js'

export default class UsageTaskCommand extends KittyCommand<typeof UsageTaskCommand> {
  static override summary = 'Add what was used for a work package'
  static override description = 'Each call adds to the sums. With --idempotency-key a repeat adds nothing.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP01 --tokens 18250 --cost 0.0412 --seconds 95',
    '<%= config.bin %> <%= command.id %> WP01 --tokens 1200 --idempotency-key run-17-step-3 --json',
  ]
  static override args = { workPackage: workPackageArg }
  static override flags = {
    tokens: Flags.string({ summary: 'Tokens, a whole number.', helpValue: 'N' }),
    cost: Flags.string({ summary: 'US dollars, with decimals; kept to a millionth.', helpValue: 'AMOUNT' }),
    seconds: Flags.string({ summary: 'Seconds, a whole number.', helpValue: 'N' }),
    feature: featureFlag,
    ...provenanceFlags,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(RecordUsage)
    const scope = await this.scope(this.eventStore)
    const { tokens, cost, seconds } = this.flags
    const recorded = await service.record({
      ...(await scope.place(this.args.workPackage, this.flags.feature)),
      tokens,
      cost,
      seconds,
      provenance: scope.provenance(this.flags),
    })
    const { usage } = recorded
    this.show(() => [
      `${recorded.work_package} in all: ${usageText(usage.tokens, usage.cost_usd_micros, usage.seconds)}`,
    ])
    return this.document({ ...recorded })
  }
}
