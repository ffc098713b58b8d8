import { Args, Flags } from '@oclif/core'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { readBody } from '../core/cli/body-input.js'
import {
  bodyFlag,
  featureFlag,
  NO_DEFAULT,
  packagesFlag,
  priorityFlag,
  provenanceFlags,
} from '../core/cli/flags.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { renderNew } from '../core/cli/render/written.js'
import { NewPackage } from '../core/services/packages/new-package.js'
import type { EventStore } from '../core/store/event-store.js'
import { Workspace } from '../core/workspace/workspace.js'

export default class NewCommand extends KittyCommand<typeof NewCommand> {
  static override summary = 'Add a work package: its file and its event'
  static override description =
    "Takes the feature's next free number, writes tasks/WPxx-title.md in the primary checkout, and adds the package to the log. Numbers are never used twice, however many commands run concurrently."
  static override examples = [
    '<%= config.bin %> <%= command.id %> "Send the receipt by mail" --after WP02',
    '<%= config.bin %> <%= command.id %> "Fix the login" --feature 017 --priority 0 --subtask "Write a test" --subtask "Mend it"',
    'echo "Why and how" | <%= config.bin %> <%= command.id %> "Write the guide" --body - --json',
  ]
  static override args = {
    title: Args.string({
      name: 'TITLE',
      description: 'What it does, in one line.',
      required: true,
    }),
  }
  static override flags = {
    feature: featureFlag,
    after: packagesFlag('Packages that must be done before it.'),
    priority: priorityFlag,
    body: bodyFlag,
    subtask: Flags.string({
      summary: 'A subtask. Gets the next free number, unless it begins with one (T007: ...).',
      helpValue: 'TEXT',
      multiple: true,
      multipleNonGreedy: true,
      default: [],
      defaultHelp: NO_DEFAULT,
    }),
    ...provenanceFlags,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(NewPackage)
    const scope = await this.scope(this.eventStore)
    const { after, priority, subtask, body } = this.flags
    const made = await service.create({
      feature: await scope.feature(this.flags.feature),
      title: this.args.title,
      after,
      priority,
      body: await readBody(body),
      subtasks: subtask,
      provenance: scope.provenance(this.flags),
    })
    const { root, worktree } = await this.service(Workspace)
    this.show(() => renderNew(made, root !== worktree))
    return this.document({ ...made })
  }
}
