import { SubtaskCommand } from '../core/cli/subtask-command.js'

export default class UntickCommand extends SubtaskCommand {
  static override summary = 'Mark subtasks of a work package open again'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP01 T001',
    '<%= config.bin %> <%= command.id %> WP01 T001,T002 --json',
  ]

  protected override readonly status = 'pending'
}
