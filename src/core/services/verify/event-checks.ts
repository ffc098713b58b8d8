import { quoted, secretInValue } from '../../errors/secrets.js'
import { isFromNewerKitty, isKittyEvent, isStub, type LogEvent } from '../../events-lib.js'
import type { IndexReader } from '../../index/event-index.js'
import type { IndexRow } from '../../index/index-row.js'
import type { LogLine, LogProblem } from '../../log/event-log.js'
import { isOfDay } from '../../log/format/day-file.js'
import { ParentChecks } from './parent-checks.js'
import { featureName } from '../../specs/feature-name.js'

/**
 * What is wrong with events that can be read, checked while the log is read, so that no event is read twice and a log of
 * any size is checked in the same memory.
 */
export class EventChecks {
  readonly #found: { readonly event_id: string; readonly problem: LogProblem }[] = []
  readonly #parents = new ParentChecks()
  /** Names that were looked at and are well formed: a log has few. */
  readonly #features = new Set<string>()
  readonly #packages = new Set<string>()

  /** Gets every line as it is read; some lines twice. */
  readonly look = (lines: readonly LogLine[]): void => {
    for (const line of lines) {
      const { event } = line
      if (event === undefined) continue
      const day = event.timestamp.slice(0, 10)
      if (!isOfDay(line.file, day)) this.#add(event, line, 'wrong_file', misfiled(event.event_id, day))
      if (!isKittyEvent(event) && !isStub(event)) this.#add(event, line, 'unknown_type', unknownType(event))
      const name = this.#foreignName(event)
      if (name !== undefined) this.#add(event, line, 'foreign_name', name)
      const secret = secretInValue(event, OF_CHECKED_FORM)
      if (secret !== undefined) this.#add(event, line, 'secret', heldSecret(secret, event.event_id))
      this.#parents.look(event, line)
    }
  }

  #add({ event_id }: LogEvent, { file, line }: LogLine, kind: string, message: string): void {
    this.#found.push({ event_id, problem: { file, line, kind, message } })
  }

  /**
   * What is wrong with the names in an event, which other commands show as text and never make a path or a command of.
   * docs/trust.md, "Names".
   */
  #foreignName({ payload, entity_id, entity_type }: LogEvent): string | undefined {
    if (!isKnown(this.#features, payload.feature_slug, (slug) => featureName(slug) !== undefined))
      return `${quoted(payload.feature_slug, 60)} is no feature's name: shown as text, and never made a path`
    if (entity_type === 'WorkPackage' && !isKnown(this.#packages, entity_id, (id) => PACKAGE_ID.test(id)))
      return `${quoted(entity_id, 60)} is no package's ID: shown as text, and never made a path`
    return undefined
  }

  /** @param index the index of all those lines */
  async problems(index: IndexReader): Promise<LogProblem[]> {
    const found = [...this.#found, ...(await this.#parents.problems(index))]
    const kept = new Map<string, IndexRow>()
    for (let at = 0; at < found.length; at += BATCH)
      for (const row of await index.rows(found.slice(at, at + BATCH).map(({ event_id }) => event_id)))
        kept.set(row.event_id, row)
    // Of two lines with one ID, one counts: the other one is a problem by itself.
    const counts = found.filter(({ event_id, problem }) => {
      const row = kept.get(event_id)
      return row?.file === problem.file && row.line === problem.line
    })
    const unique = new Map(
      counts.map(({ problem }) => [`${problem.file} ${problem.line} ${problem.message}`, problem]),
    )
    return [...unique.values()]
  }
}

const BATCH = 5000
/** What the reader takes in one form alone, in which no secret fits: IDs and a time. */
const OF_CHECKED_FORM: ReadonlySet<string> = new Set(['event_id', 'timestamp', 'parents'])
const PACKAGE_ID = /^WP\d{2,9}$/
const NAMES_AT_MOST = 10_000

function isKnown(known: Set<string>, name: string, isSound: (name: string) => boolean): boolean {
  if (known.has(name)) return true
  if (!isSound(name)) return false
  if (known.size === NAMES_AT_MOST) known.clear()
  known.add(name)
  return true
}

/** Nothing is wrong: another program reads the line, or another branch has the event. */
export function isNotice({ kind }: LogProblem): boolean {
  return kind === 'unknown_type' || kind === 'on_another_branch'
}

function unknownType(event: LogEvent): string {
  const type = `event type ${event.event_type} version ${event.event_version}`
  if (isFromNewerKitty(event))
    return `${type} was written by a newer kitty; kept, passed over. Upgrade kitty to read it`
  const [, plugin = ''] = event.event_type.split('.')
  return `${type} is of the plugin ${plugin}, which is not installed here or is older; kept, passed over`
}

function misfiled(eventId: string, day: string): string {
  return `event ${eventId} is of ${day} and belongs into ${day}.jsonl`
}

/** The problem of an event that holds a secret; {@link eventsWithSecrets} finds the event in it. */
function heldSecret(secret: string, eventId: string): string {
  return `event ${eventId} holds what looks like ${secret}: have it revoked, since git has carried it`
}

/** IDs of the events that these problems name. */
export function eventsWithSecrets(problems: readonly LogProblem[]): string[] {
  return [
    ...new Set(
      problems.flatMap(({ message }) => /^event (.+) holds what looks like /.exec(message)?.[1] ?? []),
    ),
  ]
}
