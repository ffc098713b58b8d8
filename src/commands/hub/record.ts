import { Flags } from '@oclif/core'
import { WithErrorStorage } from '../../aspects/with-error-storage.js'
import { KittyCommand } from '../../core/cli/kitty-command.js'
import { RecordHub } from '../../core/services/hub/record-hub.js'
import { counted } from '../../core/errors/counted.js'

export default class HubRecord extends KittyCommand<typeof HubRecord> {
  static override summary = 'Write into the log what only the hub has'
  static override description =
    'For machines that were lost before a push: takes events that no branch of a remote has into .kittify/events/DAY.hub.jsonl, which you commit. Fetch first. Fit for a regular job on the trunk: two runs write the same bytes, and a second one at the same time does nothing.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --older-than 2d',
    '<%= config.bin %> <%= command.id %> --older-than 1d --all --json',
  ]
  static override flags = {
    'older-than': Flags.string({
      summary: 'Only days that ended so long ago.',
      helpValue: 'AGE',
      default: '2d',
    }),
    all: Flags.boolean({ summary: 'Also what other branches of a remote have, and HEAD lacks.' }),
  }

  @WithErrorStorage
  async run(): Promise<unknown> {
    const result = await (await this.service(RecordHub)).record(this.flags['older-than'], this.flags.all)
    const { already_running, recorded, files } = result
    this.show(() => [
      already_running
        ? 'Another clone is recording already; nothing was done.'
        : recorded === 0
          ? 'Git has everything that the hub has.'
          : `Recorded ${counted(recorded, 'event')}. Commit ${files.join(', ')}`,
    ])
    return this.document({ ...result })
  }
}
