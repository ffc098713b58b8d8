import { Flags } from '@oclif/core'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { renderChecks } from '../core/cli/render/checks.js'
import { Doctor } from '../core/services/doctor/doctor.js'

// Uses neither aspect: both need a working setup, and this command is for one that is broken.
export default class DoctorCommand extends KittyCommand<typeof DoctorCommand> {
  static override summary = 'Look for what is wrong, and put it right'
  static override description =
    'Checks the set-up, git, the log and everything derived from it; says what is wrong, why it matters, and what --fix would do. --fix takes the write lock and never deletes the only copy of anything: lines that are no events are moved to .kittify/errors. Exits 0 when all is well, 3 when data is damaged, 5 when the set-up is not ready.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --fix',
    '<%= config.bin %> <%= command.id %> --json',
  ]
  static override flags = {
    fix: Flags.boolean({ summary: 'Put right what can be put right without losing anything.' }),
  }

  async run(): Promise<unknown> {
    const doctor = await this.service(Doctor)
    const { diagnosis, exitCode } = await doctor.examine(this.flags.fix)
    process.exitCode = exitCode
    this.show((style) => renderChecks(diagnosis, style))
    return this.document({ ...diagnosis })
  }
}
