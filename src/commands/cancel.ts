import { LaneCommand } from '../core/cli/lane-command.js'

export default class CancelCommand extends LaneCommand {
  static override summary = 'Give work packages up'
  static override description = 'They stay in the log, count in no percentage, and can be reopened.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP01 --reason "the carrier sends these events itself"',
    '<%= config.bin %> <%= command.id %> WP01 WP02 --reason "out of scope" --json',
  ]

  protected override readonly word = 'cancel'
}
