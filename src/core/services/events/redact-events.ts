import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { Exclusive } from '../../../aspects/exclusive.js'
import { replaceHidden } from '../../errors/invisible.js'
import { KittyError } from '../../errors/kitty-error.js'
import { sentence, shownCommand } from '../../errors/next-step.js'
import { quoted, secretIn } from '../../errors/secrets.js'
import { encodeEvent, isStub, stubOf } from '../../events-lib.js'
import { Archive } from '../../log/archive/archive.js'
import type { RawLine } from '../../log/event-log.js'
import { fullEvent, keptLines } from '../../log/hidden-lines.js'
import { type Redaction, Redactions } from '../../log/redactions.js'
import { Journal } from '../../log/repair/journal.js'
import { replaceLines } from '../../log/repair/redact-files.js'
import { featureDir } from '../../specs/feature-name.js'
import { EventStore } from '../../store/event-store.js'
import { eventsNamed } from '../../workspace/event-name.js'
import { Session } from '../../workspace/session.js'
import { Workspace } from '../../workspace/workspace.js'
import { FileLooks } from '../definitions/file-looks.js'
import { SyncedNotes } from '../definitions/synced-notes.js'

export interface RedactedEvent {
  readonly event_id: string
  readonly event_type: string
  readonly feature: string
  readonly entity_id: string
}

export interface RedactResult {
  readonly redacted: readonly RedactedEvent[]
  /** Lines that changed in the log, the journal, the archive and the errors folder. */
  readonly lines: number
}

/**
 * Takes the content of events out of everything that kitty keeps, and keeps it out. docs/trust.md, "Removal on purpose".
 * The caller rebuilds the index afterwards: it holds titles and text.
 */
@injectable()
export class RedactEvents {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(Redactions) private readonly redactions: Redactions,
    @inject(Journal) private readonly journal: Journal,
    @inject(Archive) private readonly archive: Archive,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Session) private readonly session: Session,
    @inject(SyncedNotes) private readonly notes: SyncedNotes,
    @inject(FileLooks) private readonly looks: FileLooks,
  ) {}

  /**
   * Puts a stub in place of each event's line. Can be repeated: a run that was killed is completed.
   * @param names IDs, or at least six characters of their start or end
   * @throws KittyError UsageError for a name that means no event or several, or without a reason
   */
  @Exclusive
  async redact(names: readonly string[], reason: string): Promise<RedactResult> {
    const why = reasonOf(reason)
    const ids: string[] = []
    for await (const some of this.store.streamIds()) ids.push(...some)
    const events = await this.store.eventsOf(names.map((name) => oneOf(name, eventsNamed(name, ids))))
    const redactions = events.map((event): Redaction => ({
      verdict: 'here',
      event: isStub(event) ? event : stubOf(event, why),
    }))
    return this.#apply(redactions)
  }

  /** Deletes the full lines that this clone still keeps for stubs from elsewhere. */
  @Exclusive
  async purge(): Promise<RedactResult> {
    return this.#apply(this.redactions.undecided.map(({ event }) => ({ verdict: 'purged', event })))
  }

  /**
   * Takes back the full line of an event that someone else's stub hides here.
   * @throws KittyError UsageError if no stub from elsewhere has that name, or this clone has no full line
   */
  @Exclusive
  async refuse(name: string): Promise<RedactResult> {
    const id = oneOf(
      name,
      eventsNamed(
        name,
        this.redactions.undecided.map(({ event }) => event.event_id),
      ),
    )
    const event = (await keptLines(new Set([id]), this.journal, this.archive))
      .map(fullEvent)
      .find((one) => one !== undefined)
    if (event === undefined)
      throw new KittyError('UsageError', `This clone has no full line of ${id}.`, {
        nextSteps: ['Ask someone whose clone has it to refuse the redaction there.'],
        context: { event_id: id },
      })
    return this.#apply([{ verdict: 'refused', event }])
  }

  async #apply(redactions: readonly Redaction[]): Promise<RedactResult> {
    if (redactions.length === 0) return { redacted: [], lines: 0 }
    // First, so that a kill anywhere below leaves nothing that a reader would show again.
    this.redactions.record(redactions)
    const ids = redactions.map(({ event }) => event.event_id as string)
    const counted = (line: RawLine): RawLine =>
      ids.includes(line.event_id) ? this.redactions.line(line) : line
    const { eventsDir, errorsDir, privateDir } = this.workspace
    const inJournal = this.#rewriteJournal(counted)
    const inArchive = await this.#rewriteArchive(counted, redactions)
    const inLog = replaceLines(eventsDir, ids, counted)
    const inOverlay = replaceLines(join(privateDir, 'hub'), ids, counted)
    const inErrors = replaceLines(errorsDir, ids, counted, { other: withoutContent })
    this.#forgetDefinitions(redactions)
    return {
      redacted: redactions.map(({ event }) => ({
        event_id: event.event_id,
        event_type: event.event_type,
        feature: event.payload.feature_slug,
        entity_id: event.entity_id,
      })),
      lines: inJournal + inArchive + inLog + inOverlay + inErrors,
    }
  }

  /** This clone notes what it last read from the packages' files, and what it last synced. */
  #forgetDefinitions(redactions: readonly Redaction[]): void {
    const packages = new Map<string, Set<string>>()
    for (const { event } of redactions) {
      const { feature_slug: feature } = event.payload
      // A foreign name makes no path.
      if (event.entity_type !== 'WorkPackage' || featureDir(this.workspace.specsDir, feature) === undefined)
        continue
      const known = packages.get(feature)
      if (known === undefined) packages.set(feature, new Set([event.entity_id]))
      else known.add(event.entity_id)
    }
    for (const [feature, ids] of packages) {
      this.notes.forget(feature, ids)
      this.looks.forget(feature)
    }
  }

  #rewriteJournal(counted: (line: RawLine) => RawLine): number {
    const { lines } = this.journal.read()
    const after = lines.map(counted)
    const changed = after.filter(
      (line, at) => line !== lines[at] && !line.bytes.equals(lines[at]?.bytes ?? line.bytes),
    )
    if (changed.length > 0) this.journal.rewrite(after)
    return changed.length
  }

  /** The archive also gets what it lacks: git may take the stub out of the log before anyone commits it. */
  async #rewriteArchive(
    counted: (line: RawLine) => RawLine,
    redactions: readonly Redaction[],
  ): Promise<number> {
    const today = this.session.now().toISOString().slice(0, 10)
    const changed = await this.archive.rewrite((line) => counted(line).bytes, today)
    const ids = new Set<string>(redactions.map(({ event }) => event.event_id))
    const kept = new Set((await keptLines(ids, this.journal, this.archive)).map(({ event_id: id }) => id))
    const absent = redactions.filter(({ event }) => !kept.has(event.event_id))
    if (absent.length > 0)
      await this.archive.add(
        absent.map(({ event }) => ({
          event_id: event.event_id,
          timestamp: event.timestamp,
          bytes: Buffer.from(encodeEvent(event)),
        })),
        today,
      )
    return changed
  }
}

/** An error record, or a damaged line, that mentions a redacted event: what it quotes goes, the record stays. */
function withoutContent(line: Buffer): Buffer {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'))
    if (typeof value === 'object' && value !== null && 'error_id' in value)
      return Buffer.from(`${JSON.stringify({ ...value, reason: 'redacted', context: {} })}\n`)
  } catch {
    // No JSON: part of a damaged line.
  }
  return Buffer.from('{"redacted":true}\n')
}

function reasonOf(text: string): string {
  const reason = replaceHidden(text.replaceAll(/\s+/g, ' ').trim(), () => '')
  const secret = secretIn(reason)
  if (reason !== '' && reason.length <= 500 && secret === undefined) return reason
  const problem =
    secret === undefined
      ? 'A redaction needs a reason of at most 500 characters.'
      : `The reason holds what looks like ${secret}.`
  throw new KittyError('UsageError', problem, {
    nextSteps: ['Say why, without what is to be removed: everyone can read the reason.'],
    context: { reason: quoted(reason, 80) },
  })
}

function oneOf(name: string, ids: readonly string[]): string {
  const [id, ...others] = ids
  if (id !== undefined && others.length === 0) return id
  throw new KittyError(
    'UsageError',
    id === undefined
      ? `No event is called ${quoted(name, 60)}.`
      : `${quoted(name, 60)} names several events.`,
    {
      nextSteps:
        id === undefined
          ? shownCommand(['kitty', 'agent', 'events', 'list', '--limit', '20'], 'the newest events')
          : [sentence`There are: ${ids.slice(0, 10)}`],
      context: { event: quoted(name, 200), events: ids.slice(0, 10) },
    },
  )
}
