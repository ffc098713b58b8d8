import { Flags } from '@oclif/core'
import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { featureFlag, provenanceFlags, workPackageArg } from '../../../core/cli/flags.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { Gates } from '../../../core/services/packages/gates.js'
import type { EventStore } from '../../../core/store/event-store.js'
import { toRun } from '../../../core/errors/next-step.js'
import { passGate } from '../../../core/services/moves/pass-gate.js'

export default class AddGateCommand extends KittyCommand<typeof AddGateCommand> {
  static override summary = 'Add a gate that a work package must pass'
  static override description = 'A package is not done before every one of its gates has passed.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP01 --type CI_CHECK',
    '<%= config.bin %> <%= command.id %> WP01 --type SECURITY_REVIEW --feature 017 --json',
  ]
  static override args = { workPackage: workPackageArg }
  static override flags = {
    type: Flags.string({ summary: 'What is checked, as CI_CHECK.', helpValue: 'TYPE', required: true }),
    feature: featureFlag,
    ...provenanceFlags,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(Gates)
    const scope = await this.scope(this.eventStore)
    const { gate, event } = await service.add({
      ...(await scope.place(this.args.workPackage, this.flags.feature)),
      type: this.flags.type,
      provenance: scope.provenance(this.flags),
    })
    this.show(() => [`${gate.gate_id}: ${gate.status}`, `Next${toRun(passGate(gate.feature, gate.gate_id))}`])
    return this.document({ gate, event })
  }
}
