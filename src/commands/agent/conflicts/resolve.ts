import { Flags } from '@oclif/core'
import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { contestedArg, featureFlag, provenanceFlags } from '../../../core/cli/flags.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { valueText } from '../../../core/cli/render/conflict-lines.js'
import { Conflicts } from '../../../core/services/conflicts/conflicts.js'
import type { EventStore } from '../../../core/store/event-store.js'

export default class ResolveConflictCommand extends KittyCommand<typeof ResolveConflictCommand> {
  static override summary = 'Decide a conflict'
  static override description =
    'Writes what the kept event wrote once more, as an event that has seen all sides: from then on the conflict is settled, here and wherever the log is merged. Nothing is taken out of the log.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP01 --keep ada',
    '<%= config.bin %> <%= command.id %> WP01 --keep 01KDPX5QJ3C4T6V8W0Y2Z4A6B8',
    '<%= config.bin %> <%= command.id %> WP01 --keep 01KDPX5QJ3C4T6V8W0Y2Z4A6B8 --register status --feature 017 --json',
  ]
  static override args = { entity: contestedArg }
  static override flags = {
    keep: Flags.string({
      summary: 'The value to keep: its event, the actor who wrote it, or the value itself.',
      helpValue: 'ACTOR|EVENT|VALUE',
      required: true,
    }),
    register: Flags.string({ summary: 'Refuse unless that event wrote this register.', helpValue: 'NAME' }),
    feature: featureFlag,
    ...provenanceFlags,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(Conflicts)
    const scope = await this.scope(this.eventStore)
    const { feature, entity_id } = await scope.contested(this.args.entity, this.flags.feature)
    const { keep, register } = this.flags
    const provenance = scope.provenance(this.flags)
    const resolved = await service.resolve({
      feature,
      entity: entity_id,
      keep,
      register,
      provenance,
    })
    this.show(() => [
      `${resolved.entity_id} ${resolved.register}: ${valueText(resolved.value)} wins (${feature}, ${resolved.event.actor})`,
    ])
    return this.document({ ...resolved })
  }
}
