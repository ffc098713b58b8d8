import { Args, Flags } from '@oclif/core'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { actorFlag } from '../core/cli/flags.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { renderImport } from '../core/cli/render/import-report.js'
import { ImportBoard } from '../core/services/transfer/import-board.js'
import { importFailure } from '../core/services/transfer/import-failure.js'
import { TransferFormats } from '../core/services/transfer/transfer-formats.js'
import type { EventStore } from '../core/store/event-store.js'

export default class ImportCommand extends KittyCommand<typeof ImportCommand> {
  static override summary = "Bring another tool's board into the log, with its history where it has one"
  static override description =
    "Run it again when the source has changed: it writes what changed there, and leaves a conflict open where both sides changed. Nothing is fetched. Formats: spec-kitty, beads, backlog, task-master, github, taskwarrior, csv, markdown, and those of plugins. A spec-kitty repository's own kitty-specs is adopted in place: only .kittify is written."
  static override examples = [
    '<%= config.bin %> <%= command.id %> spec-kitty .',
    '<%= config.bin %> <%= command.id %> beads . --dry-run',
    "gh api --paginate 'repos/OWNER/REPO/issues?state=all' > issues.json && <%= config.bin %> <%= command.id %> github issues.json",
  ]
  static override args = {
    format: Args.string({ name: 'FORMAT', description: 'What the files are.', required: true }),
    path: Args.string({ name: 'PATH', description: 'The file, or the folder that has it.', required: true }),
  }
  static override flags = {
    feature: Flags.string({
      char: 'f',
      summary: 'Feature to import into: one that is there, or the words of a new one.',
      helpValue: 'SLUG',
    }),
    source: Flags.string({
      summary: 'Name of the source, where its file names none: what tells apart two sources with equal ids.',
      helpValue: 'NAME',
    }),
    map: Flags.string({
      summary: 'Where a status of the source goes; "default" puts nine lanes into the default ones.',
      helpValue: 'A=B',
      multiple: true,
    }),
    zone: Flags.string({ summary: 'Zone of times that name none; UTC by default.', helpValue: 'ZONE' }),
    'dry-run': Flags.boolean({ summary: 'Write nothing; say what comes, what conflicts, and what is lost.' }),
    actor: actorFlag,
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const { format, path } = this.args
    const { feature, source, map = [], zone, actor, 'dry-run': dryRun } = this.flags
    const importer = (await this.service(TransferFormats)).importer(format)
    const scope = await this.scope(this.eventStore)
    const progress = this.printer.progress('importing')
    const report = await (
      await this.service(ImportBoard)
    ).import({
      importer,
      path,
      feature: feature === undefined ? undefined : await scope.chosenOrNewFeature(feature),
      source,
      maps: map,
      zone,
      dryRun,
      actor: scope.provenance({ actor }).actor,
      progress: (events, total) => progress.update(events, total),
    })
    progress.stop()
    this.show(() => renderImport(report))
    const failure = importFailure(report)
    if (failure !== undefined) throw failure
    return this.document(report)
  }
}
