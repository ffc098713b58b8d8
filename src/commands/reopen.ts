import { LaneCommand } from '../core/cli/lane-command.js'

export default class ReopenCommand extends LaneCommand {
  static override summary = 'Put work packages back to where they began'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP01',
    '<%= config.bin %> <%= command.id %> WP01 WP02 --reason "the customer asked for it after all"',
  ]

  protected override readonly word = 'reopen'
}
