import { Flags } from '@oclif/core'
import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { featureFlag, listFlags } from '../../../core/cli/flags.js'
import { ListCommand } from '../../../core/cli/list-command.js'
import { renderErrors } from '../../../core/cli/render/error-records.js'
import { ErrorQueries } from '../../../core/services/error-queries.js'
import type { EventStore } from '../../../core/store/event-store.js'

export default class ListErrorsCommand extends ListCommand<typeof ListErrorsCommand> {
  static override summary = 'List what went wrong before, newest first'
  static override description =
    'Refused moves, failed gates and failed writes of every feature, so that an agent can look before it acts. The records are in .kittify/errors, one file a day; old files can be deleted at will.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --entity WP01 --feature 017',
    '<%= config.bin %> <%= command.id %> --type GateFailure --since 2026-11-01 --limit 20 --json',
  ]
  static override flags = {
    entity: Flags.string({ summary: 'Only about this entity: a work package, a feature.', helpValue: 'ID' }),
    type: Flags.string({ summary: 'Only of this type, as StateTransitionError.', helpValue: 'TYPE' }),
    feature: featureFlag,
    since: Flags.string({ summary: 'From this day or UTC time on.', helpValue: 'WHEN' }),
    ...listFlags,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(ErrorQueries)
    const rows = await service.list(await this.scope(this.eventStore), { ...this.flags, limit: undefined })
    return this.list({ key: 'errors', rows, render: renderErrors, count: true })
  }
}
