import { Flags } from '@oclif/core'
import { assertReason, NewLog, type NewLogResult } from '../core/services/events/new-log.js'
import { counted } from '../core/errors/counted.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { Initialize } from '../core/services/initialize.js'

const PER_WRITER_HINT =
  'Pull requests that are merged on a forge never conflict in the log with: kitty init --per-writer'

export default class Init extends KittyCommand<typeof Init> {
  static override summary = 'Set kitty up in this repository'
  static override description =
    'Makes .kittify with its ignore file, adds the lines git needs to .gitattributes, and registers the merge driver. Adds what is missing, overwrites nothing, can be repeated.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --per-writer',
    '<%= config.bin %> <%= command.id %> --new-log --reason "copied from our template"',
    '<%= config.bin %> <%= command.id %> --json',
  ]
  static override flags = {
    'per-writer': Flags.boolean({
      summary: 'Give each clone log files of its own.',
      description: "Pull requests then merge on a forge's own button, where merge drivers do not run.",
    }),
    'new-log': Flags.boolean({
      summary: 'Begin a new log: nothing stored before comes back.',
      description:
        "For a repository that was copied or made from a template. The old log, with journal and archive, moves under git's directory; commit the removal.",
      dependsOn: ['reason'],
    }),
    reason: Flags.string({
      summary: 'Why a new log begins; kept with the old one.',
      dependsOn: ['new-log'],
      helpValue: 'TEXT',
    }),
  }

  async run(): Promise<unknown> {
    // Before anything is set up.
    if (this.flags['new-log']) assertReason(this.flags.reason ?? '')
    const service = await this.service(Initialize)
    const { root, created, sharesDailyFiles } = service.initialise(this.flags['per-writer'])
    const begins = this.flags['new-log']
    const hint = sharesDailyFiles && !begins ? [PER_WRITER_HINT] : []
    if (created.length > 0)
      this.show(() => [
        `kitty is set up in ${root}:`,
        ...created.map((path) => `  + ${path}`),
        '',
        ...hint,
        ...(created.includes('.kittify') ? ['Next: kitty agent feature setup-spec my-feature'] : []),
      ])
    else if (!begins) this.show(() => [`kitty is set up in ${root} already; nothing was changed.`, ...hint])
    const log = begins ? await this.#beginLog(this.flags.reason ?? '') : undefined
    return this.document({ root, created, ...(log && { new_log: log }) })
  }

  async #beginLog(reason: string): Promise<NewLogResult> {
    const result = await (await this.service(NewLog)).begin(reason)
    this.show(() => [
      `A new log has begun. What the old one had (${counted(result.closed, 'event')}) does not come back; it is kept in ${result.kept_in}.`,
      'Commit the removal: git add --all .kittify && git commit',
    ])
    return result
  }
}
