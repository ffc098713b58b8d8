import { Flags } from '@oclif/core'
import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { type ReportResult, WriteReport } from '../core/services/write-report.js'
import { counted } from '../core/errors/counted.js'

export default class Report extends KittyCommand<typeof Report> {
  static override summary = 'Write board and history into a PostgreSQL database for queries'
  static override description =
    'Replaces what the database has of this repository, in one transaction; several repositories share one database. The schema kitty_report has tables and views: docs/team.md. The address comes from KITTY_REPORT, or from --to, which takes no password.'
  static override examples = [
    'KITTY_REPORT=postgres://ada:…@db1.example/reports <%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --to db1.example/reports --json',
    '<%= config.bin %> <%= command.id %> --follow',
  ]
  static override flags = {
    to: Flags.string({ summary: 'The database: HOST[:PORT]/DATABASE.', helpValue: 'PLACE' }),
    follow: Flags.boolean({
      summary: 'Write it again after every change, until interrupted.',
      exclusive: ['json'],
    }),
  }

  @WithErrorStorage
  async run(): Promise<unknown> {
    const service = await this.service(WriteReport)
    if (this.flags.follow) {
      await this.interruptible(async ({ signal }) => {
        for await (const result of service.follow(this.flags.to, signal))
          this.show(() => ['problem' in result ? result.problem : said(result)])
      })
      return undefined
    }
    const result = await service.write(this.flags.to)
    this.show(() => [said(result)])
    return this.document({ ...result })
  }
}

function said({ events, work_packages, features, database, server }: ReportResult): string {
  return `Wrote ${counted(work_packages, 'package')} of ${counted(features, 'feature')}, and ${counted(events, 'event')}, to ${database} on ${server}.`
}
