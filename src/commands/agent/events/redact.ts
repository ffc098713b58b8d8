import { Args, Flags } from '@oclif/core'
import { WithErrorStorage } from '../../../aspects/with-error-storage.js'
import { WithEventStore } from '../../../aspects/with-event-store.js'
import { KittyCommand } from '../../../core/cli/kitty-command.js'
import { KittyError } from '../../../core/errors/kitty-error.js'
import { RebuildIndex } from '../../../core/services/events/rebuild-index.js'
import { RedactEvents, type RedactResult } from '../../../core/services/events/redact-events.js'
import type { EventStore } from '../../../core/store/event-store.js'
import { Config } from '../../../core/workspace/config.js'
import { counted } from '../../../core/errors/counted.js'

export default class RedactCommand extends KittyCommand<typeof RedactCommand> {
  static override summary = 'Take the content of events out of the log for good'
  static override description =
    'A stub with the reason takes the place of each line, in the log, the journal, the archive and the error records; it wins in every merge. Order and authorship stay. Git keeps older commits: rewrite them with git filter-repo, and revoke a secret. --purge deletes the full lines that this clone keeps of events redacted elsewhere; --refuse takes one back.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> 01KXA2B3C4D5E6F7G8H9J0K1M2 --reason "names a customer"',
    '<%= config.bin %> <%= command.id %> --purge',
    '<%= config.bin %> <%= command.id %> --refuse J0K1M2 --json',
  ]
  static override args = {
    events: Args.string({
      name: 'EVENT…',
      description: 'Event IDs, or at least six characters of their start or end.',
      required: false,
      multiple: true,
    }),
  }
  static override flags = {
    reason: Flags.string({ summary: 'Why, for everyone to read.', helpValue: 'TEXT' }),
    purge: Flags.boolean({
      summary: 'Delete the full lines kept here of events redacted elsewhere.',
      exclusive: ['reason', 'refuse'],
    }),
    refuse: Flags.string({
      summary: 'Take back the full line of an event that a stub from elsewhere hides.',
      helpValue: 'EVENT',
      exclusive: ['reason'],
    }),
  }

  declare readonly eventStore: EventStore

  @WithErrorStorage
  @WithEventStore
  async run(): Promise<unknown> {
    const service = await this.service(RedactEvents)
    const result = await this.eventStore.exclusively('redact', () => this.#work(service))
    // The index holds titles and texts too.
    if (result.redacted.length > 0) await (await this.service(RebuildIndex)).renew()
    const { hub } = await this.service(Config)
    this.show(() => this.#said(result, hub !== undefined))
    return this.document({ ...result })
  }

  #work(service: RedactEvents): Promise<RedactResult> {
    const events = this.args.events ?? []
    const { purge, refuse, reason } = this.flags
    if (events.length > 0 && reason !== undefined) return service.redact(events, reason)
    if (events.length === 0 && purge) return service.purge()
    if (events.length === 0 && refuse !== undefined) return service.refuse(refuse)
    throw new KittyError('UsageError', 'A redaction needs events and a reason.', {
      nextSteps: ['kitty agent events redact EVENT --reason TEXT', 'or --purge, or --refuse EVENT'],
    })
  }

  #said({ redacted, lines }: RedactResult, hasHub: boolean): string[] {
    if (redacted.length === 0)
      return ['This clone keeps no full line of an event that was redacted elsewhere.']
    const events = counted(redacted.length, 'event')
    const changed = `${counted(lines, 'line')} changed`
    if (this.flags.refuse !== undefined)
      return [`Took back ${events}; ${changed}. The stub does not count here.`]
    if (this.flags.purge) return [`Deleted what was kept here of ${events}; ${changed}.`]
    const isDefined = redacted.some(({ event_type: type }) => type === 'WPCreated' || type === 'WPChanged')
    const files = isDefined
      ? ["Take it out of the package's file below kitty-specs too: kitty sync writes what the file says."]
      : []
    const onHub = hasHub
      ? redacted.map(({ event_id: id }) => `If the hub has it: kitty hub redact ${id} --reason TEXT`)
      : []
    return [
      `Redacted ${events}; ${changed}.`,
      ...files,
      ...onHub,
      "Commit the log to share this. Git's older commits still have the text: git filter-repo removes it, and a secret must be revoked.",
    ]
  }
}
