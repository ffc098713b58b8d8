import { LaneCommand } from '../core/cli/lane-command.js'

export default class DoneCommand extends LaneCommand {
  static override summary = 'Accept work packages as done'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP01',
    '<%= config.bin %> <%= command.id %> WP01 --evidence "commit abc1234, approved by ada in PR 12"',
  ]

  protected override readonly word = 'done'
}
