import { inject, injectable } from 'inversify'
import { EventRegistry } from '../event-registry.js'
import { isStub, type LogEvent, parseEvent, type Registry, stubOf } from '../events-lib.js'
import { Archive } from '../log/archive/archive.js'
import type { RawLine } from '../log/event-log.js'
import { Redactions } from '../log/redactions.js'
import { Journal } from '../log/repair/journal.js'
import { replaceLines } from '../log/repair/redact-files.js'
import { Session } from '../workspace/session.js'
import { Workspace } from '../workspace/workspace.js'
import { join } from 'node:path'
import type { Hub } from './hub.js'
import { HubFiles } from './hub-files.js'
import { LocalEvents } from './local-events.js'

/** The reason in a stub that this clone makes itself: the hub gives its own only with an event's line. */
const REASON = 'redacted on the hub'

/** Events that an owner of the hub redacted: their content goes here, too. docs/trust.md, "Removal on purpose". */
@injectable()
export class HubRedactions {
  constructor(
    @inject(HubFiles) private readonly files: HubFiles,
    @inject(LocalEvents) private readonly local: LocalEvents,
    @inject(Redactions) private readonly redactions: Redactions,
    @inject(Journal) private readonly journal: Journal,
    @inject(Archive) private readonly archive: Archive,
    @inject(EventRegistry) private readonly registry: Registry,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Session) private readonly session: Session,
  ) {}

  /** Takes over what this clone does not know yet: from now on, the line without content counts here. */
  async receive(hub: Hub, ids: readonly string[]): Promise<void> {
    this.redactions.refresh()
    const fresh = ids.filter((id) => !this.redactions.all.has(id))
    if (fresh.length === 0) return
    const stubs = (await hub.lines(fresh)).flatMap(({ event_id, line }) => {
      const event = this.#event(line)
      // Input: nothing but the event without its content may take an event's place.
      return event?.event_id === event_id && isStub(event) ? [event] : []
    })
    const sent = new Set<string>(stubs.map(({ event_id }) => event_id))
    stubs.push(...(await this.#ownStubs(fresh.filter((id) => !sent.has(id)))))
    if (stubs.length === 0) return
    // Not `record`, which needs the lock: without it, what a person decides now could be lost.
    this.redactions.remember(stubs)
    replaceLines(
      join(this.workspace.privateDir, 'hub'),
      stubs.map((event) => event.event_id),
      (line) => this.redactions.line(line),
    )
  }

  /** Of events that the hub has no line of: trimmed, or never offered. Git may have brought them all the same. */
  async #ownStubs(ids: readonly string[]): Promise<LogEvent[]> {
    const events = (await this.local.lines(ids)).flatMap(({ bytes }) => this.#event(bytes) ?? [])
    return events.map((event) => (isStub(event) ? event : stubOf(event, REASON)))
  }

  /**
   * Events that are redacted here while the hub has their content: a clone redacted them without the hub, or the hub was
   * restored from a backup of before.
   */
  async withContentOn(hub: Hub): Promise<string[]> {
    this.redactions.refresh()
    const redacted = new Set(this.files.lately().redacted)
    const ids = [...this.redactions.all]
      .filter(([id, { verdict }]) => verdict !== 'refused' && !redacted.has(id))
      .map(([id]) => id)
    if (ids.length === 0) return []
    const lines = new Map((await hub.lines(ids)).map(({ event_id, line }) => [event_id, line]))
    return ids.filter((id) => {
      const line = lines.get(id)
      const event = line && this.#event(line)
      return line !== undefined && (event === undefined || !isStub(event))
    })
  }

  #event(line: Buffer): LogEvent | undefined {
    const parsed = parseEvent(asJson(line), this.registry)
    return parsed.ok ? parsed.event : undefined
  }

  /** Deletes what journal and archive keep of them; the log follows with the next write. Needs the write lock. */
  async purge(): Promise<void> {
    const { all } = this.redactions
    const found = this.files.lately().redacted.flatMap((id) => all.get(id) ?? [])
    const pending = found.filter(({ verdict }) => verdict === 'elsewhere')
    if (pending.length === 0) return
    const ids = new Set<string>(pending.map(({ event }) => event.event_id))
    const counted = (line: RawLine): RawLine => (ids.has(line.event_id) ? this.redactions.line(line) : line)
    const { lines } = this.journal.read()
    if (lines.some(({ event_id }) => ids.has(event_id))) this.journal.rewrite(lines.map(counted))
    const today = this.session.now().toISOString().slice(0, 10)
    await this.archive.rewrite((line) => counted(line).bytes, today)
    // Last: a run that was killed begins again.
    this.redactions.record(pending.map(({ event }) => ({ verdict: 'purged', event })))
  }
}

function asJson(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'))
  } catch {
    return undefined
  }
}
