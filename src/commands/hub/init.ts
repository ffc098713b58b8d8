import { Args, Flags } from '@oclif/core'
import { WithErrorStorage } from '../../aspects/with-error-storage.js'
import { KittyCommand } from '../../core/cli/kitty-command.js'
import { InitHub } from '../../core/services/hub/init-hub.js'

export default class HubInit extends KittyCommand<typeof HubInit> {
  static override summary = 'Make a hub on PostgreSQL for this repository'
  static override description =
    "Makes the hub's tables in a database where they are missing, adds this repository, and names both in .kittify/config.json, which you commit. Needs a role that owns the database. User and password come from KITTY_HUB, the PG variables or a password file, never from the command line."
  static override examples = [
    'KITTY_HUB=postgres://owner:…@db1.example <%= config.bin %> <%= command.id %> db1.example --database kitty',
    '<%= config.bin %> <%= command.id %> db1.example db2.example:5433 --database kitty --json',
    '<%= config.bin %> <%= command.id %> db1.example --database kitty --new',
  ]
  static override args = {
    hosts: Args.string({
      name: 'HOST',
      description: 'Servers, tried in turn: HOST or HOST:PORT.',
      required: true,
      multiple: true,
    }),
  }
  static override flags = {
    database: Flags.string({
      summary: 'The database on those servers.',
      default: 'kitty',
      helpValue: 'NAME',
    }),
    new: Flags.boolean({
      summary: 'Make a new repository in the hub, although the configuration names one.',
      description: 'For a copy of a repository that goes its own way.',
    }),
  }

  @WithErrorStorage
  async run(): Promise<unknown> {
    const { hosts } = this.args
    const service = await this.service(InitHub)
    const result = await service.init({ hosts, database: this.flags.database, isNew: this.flags.new })
    this.show(() => [
      `The hub ${result.database} on ${result.hosts.join(', ')} is ready; this clone has joined it.`,
      'Commit .kittify/config.json. Then, for each person: kitty hub member ROLE append',
      'In every other clone: kitty hub join',
    ])
    return this.document({ ...result })
  }
}
