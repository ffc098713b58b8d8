import { SubtaskCommand } from '../core/cli/subtask-command.js'

export default class TickCommand extends SubtaskCommand {
  static override summary = 'Mark subtasks of a work package done'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP01 T001 T002',
    '<%= config.bin %> <%= command.id %> 001/WP01 T003 --json',
  ]

  protected override readonly status = 'done'
}
