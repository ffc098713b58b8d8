import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { actorFlag, featureFlag, requiredLaneFlag, workPackageArg } from '../../../core/cli/flags.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { renderErrors } from '../../../core/cli/render/error-records.js'
import { ErrorQueries } from '../../../core/services/error-queries.js'
import type { EventStore } from '../../../core/store/event-store.js'

export default class MatchErrorsCommand extends KittyCommand<typeof MatchErrorsCommand> {
  static override summary = 'Ask what went wrong with a move before, without making it'
  static override description = 'Also says whether the move would be refused now, and why. Writes nothing.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP01 --to done',
    '<%= config.bin %> <%= command.id %> WP01 --to for_review --feature 017 --json',
  ]
  static override args = { workPackage: workPackageArg }
  static override flags = {
    to: requiredLaneFlag('The lane to ask about.'),
    feature: featureFlag,
    actor: actorFlag,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(ErrorQueries)
    const scope = await this.scope(this.eventStore)
    const answer = await service.match({
      ...(await scope.place(this.args.workPackage, this.flags.feature)),
      to: this.flags.to,
      actor: scope.provenance(this.flags).actor,
    })
    const { work_package, current_status, requested_status, refusal } = answer
    const move = `${work_package}, ${current_status} → ${requested_status}`
    this.show(() => [
      refusal === null ? `${move}: may be moved now.` : `${move}: would be refused now. ${refusal.message}`,
    ])
    this.show((style) => renderErrors(answer.errors, style))
    return this.document({ ...answer })
  }
}
