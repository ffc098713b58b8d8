import { WithErrorStorage } from '../aspects/with-error-storage.js'
import { WithEventStore } from '../aspects/with-event-store.js'
import { runChild } from '../core/cli/child-command.js'
import { featureFlag, provenanceFlags, workPackageArg } from '../core/cli/flags.js'
import { KittyCommand } from '../core/cli/kitty-command.js'
import { quoted } from '../core/errors/secrets.js'
import { KittyError } from '../core/errors/kitty-error.js'
import { KeepAlive, noCommand } from '../core/services/claims/keep-alive.js'
import type { EventStore } from '../core/store/event-store.js'

export default class WorkCommand extends KittyCommand<typeof WorkCommand> {
  static override summary = 'Run a command and keep your claim alive while it runs'
  static override description =
    'Renews the lease of a package that you have while COMMAND runs, so that no one takes it over during a long build or an agent run. Exits as COMMAND does. COMMAND sees KITTY_ACTOR and KITTY_SESSION.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> WP01 -- npm test',
    '<%= config.bin %> <%= command.id %> WP01 --session s1 -- my-agent --task WP01',
  ]
  static override strict = false
  static override args = { workPackage: workPackageArg }
  static override flags = { feature: featureFlag, ...provenanceFlags }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(KeepAlive)
    const scope = await this.scope(this.eventStore)
    const at = this.argv.indexOf('--')
    const command = at < 0 ? [] : this.argv.slice(at + 1)
    if (command.length === 0) throw noCommand(this.args.workPackage)
    const stray = this.words.slice(1, -command.length)
    if (stray.length > 0) throw strayWords(stray)
    const provenance = scope.provenance(this.flags)
    const place = await scope.place(this.args.workPackage, this.flags.feature)
    const { actor, session } = provenance
    const env = { ...process.env, KITTY_ACTOR: actor, ...(session && { KITTY_SESSION: session }) }
    // With --json, standard output belongs to the document.
    const stdout = this.jsonEnabled() ? 2 : 'inherit'
    const exit_code = await service.during({ ...place, provenance }, () => runChild(command, env, stdout))
    process.exitCode = exit_code
    return this.document({ feature: place.feature, work_package: place.workPackage, command, exit_code })
  }
}

function strayWords(words: readonly string[]): KittyError {
  const extra = words.join(' ')
  return new KittyError(
    'UsageError',
    `kitty work takes one package, then -- and a command: ${quoted(extra, 120)}.`,
    {
      nextSteps: ['put the command after --'],
      context: { argument: extra },
    },
  )
}
