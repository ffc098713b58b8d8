import { Args, Flags } from '@oclif/core'
import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { provenanceFlags } from '../../../core/cli/flags.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { SetupSpec } from '../../../core/services/features/setup-spec.js'
import type { EventStore } from '../../../core/store/event-store.js'
import { toRun } from '../../../core/errors/next-step.js'

export default class SetupSpecCommand extends KittyCommand<typeof SetupSpecCommand> {
  static override summary = 'Start a feature'
  static override description =
    'Takes the next free number and makes kitty-specs/NNN-SLUG with spec.md, meta.json and tasks/. A folder that is there already (NNN-SLUG) is adopted as it is. Repeating it changes nothing.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> user-login --title "User login"',
    '<%= config.bin %> <%= command.id %> 017-user-login --json',
  ]
  static override args = {
    slug: Args.string({ required: true, description: 'Lower-case letters, digits and dashes.' }),
  }
  static override flags = {
    title: Flags.string({
      summary: "What people call it. Default: the folder's meta.json, or the slug.",
      helpValue: 'TEXT',
    }),
    mission: Flags.string({ summary: 'What kind of work it is. Default: software-dev.', helpValue: 'NAME' }),
    ...provenanceFlags,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(SetupSpec)
    const scope = await this.scope(this.eventStore)
    const { title, mission } = this.flags
    const result = await service.setUp({
      slug: this.args.slug,
      title,
      mission,
      provenance: scope.provenance(this.flags),
    })
    const make = toRun(['kitty', 'new', 'What it does', '--feature', result.feature])
    const adopt = toRun(['kitty', 'sync', result.feature])
    this.show(() =>
      result.created
        ? [
            `${result.feature} is set up.`,
            `  write ${result.spec_file}`,
            `  then the work packages, one by one${make}`,
            `  or files of your own, ${result.feature_dir}/tasks/WP01-….md, taken over${adopt}`,
          ]
        : [`${result.feature} is there: ${result.feature_dir}`, `  take its packages over${adopt}`],
    )
    return this.document({ ...result })
  }
}
