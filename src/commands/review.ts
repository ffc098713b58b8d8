import { LaneCommand } from '../core/cli/lane-command.js'

export default class ReviewCommand extends LaneCommand {
  static override summary = 'Hand work packages over for review'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP01',
    '<%= config.bin %> <%= command.id %> 001/WP01 001/WP02 --json',
  ]

  protected override readonly word = 'review'
}
