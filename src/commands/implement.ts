import { Flags } from '@oclif/core'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { featureFlag, provenanceFlags, workPackageArg } from '../core/cli/flags.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { Implement } from '../core/services/workspaces/implement.js'
import type { EventStore } from '../core/store/event-store.js'
import { toRun } from '../core/errors/next-step.js'

export default class ImplementCommand extends KittyCommand<typeof ImplementCommand> {
  static override summary = 'Start work on a package, in a worktree of its own'
  static override description =
    'Moves the package to doing, and makes .worktrees/<feature>-<WP> on a branch of that name. Where it is there already, says so. If someone else has the package: exit 6. Your own checkout, index and stash are not touched.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP01',
    '<%= config.bin %> <%= command.id %> WP02 --feature 017 --base 017-login-WP01',
    'cd "$(<%= config.bin %> <%= command.id %> WP01 --json | jq -r .workspace_path)"',
  ]
  static override args = { workPackage: workPackageArg }
  static override flags = {
    base: Flags.string({
      summary: 'Where a new branch starts.',
      description: 'Default: where the primary checkout is.',
      helpValue: 'BRANCH',
    }),
    feature: featureFlag,
    ...provenanceFlags,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(Implement)
    const scope = await this.scope(this.eventStore)
    const made = await service.implement({
      ...(await scope.place(this.args.workPackage, this.flags.feature)),
      base: this.flags.base,
      provenance: scope.provenance(this.flags),
    })
    this.show(() => {
      const what = made.created ? 'Your workspace' : 'It has a workspace already'
      return [
        `${what}: ${made.workspace_path}`,
        `  branch ${made.branch ?? '(detached)'}`,
        `  next${toRun(['cd', made.workspace_path])}`,
      ]
    })
    return this.document({ ...made })
  }
}
