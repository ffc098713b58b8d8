import { LaneCommand } from '../core/cli/lane-command.js'

export default class RejectCommand extends LaneCommand {
  static override summary = 'Send work packages back to their authors'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP01 --reason "the parser fails on an empty file"',
    '<%= config.bin %> <%= command.id %> WP01 --reason "see the review" --review-ref "PR 12" --json',
  ]

  protected override readonly word = 'reject'
}
