import { importKey, type LogEvent } from '../../events-lib.js'
import type { IndexReader } from '../../index/event-index.js'
import type { IndexRow } from '../../index/index-row.js'
import type { LogProblem } from '../../log/event-log.js'

type Place = Pick<LogProblem, 'file' | 'line'>

/** What decides whether an event may be another one's parent. As {@link IndexRow} has it. */
type Known = Pick<IndexRow, 'feature_slug' | 'entity_type' | 'entity_id' | 'lamport_clock'>

interface Link {
  readonly event_id: string
  readonly parent: string
  readonly child: Known
  readonly place: Place
}

/** Number of events remembered. Nearly every parent is one of the events just before. */
const RECENT = 20_000
/** Number of parents per query. */
const BATCH = 5000

/**
 * Parents that happened-before does not follow: missing ones, and those of another entity or with a clock that is not
 * smaller. The rule of the events library's `Causality`, without holding all events.
 */
export class ParentChecks {
  #recent = new Map<string, Known>()
  #before = new Map<string, Known>()
  /** Links whose parent was not among the recent events, or is not before the child. */
  readonly #open: Link[] = []

  look(event: LogEvent, { file, line }: Place): void {
    const { entity_type, entity_id, lamport_clock } = event
    const child = { feature_slug: event.payload.feature_slug, entity_type, entity_id, lamport_clock }
    for (const parent of event.parents ?? []) {
      const known = this.#recent.get(parent) ?? this.#before.get(parent)
      if (known === undefined || !isBefore(known, child))
        this.#open.push({ event_id: event.event_id, parent, child, place: { file, line } })
    }
    this.#recent.set(event.event_id, child)
    if (this.#recent.size < RECENT) return
    this.#before = this.#recent
    this.#recent = new Map()
  }

  /** @param index the index of all events looked at */
  async problems(index: IndexReader): Promise<{ readonly event_id: string; readonly problem: LogProblem }[]> {
    const problems = []
    for (let at = 0; at < this.#open.length; at += BATCH) {
      const links = this.#open.slice(at, at + BATCH)
      const ids = [...new Set(links.map(({ parent }) => parent))]
      const known = new Map((await index.rows(ids)).map((row) => [row.event_id, row]))
      for (const link of links) {
        const problem = await problemOf(link, known.get(link.parent), index)
        if (problem !== undefined) problems.push({ event_id: link.event_id, problem })
      }
    }
    return problems
  }
}

async function problemOf(
  { parent, child, place }: Link,
  row: IndexRow | undefined,
  index: IndexReader,
): Promise<LogProblem | undefined> {
  if (row === undefined) {
    const message = `names ${parent} as its parent, which is not in the log: lost, or not merged yet`
    return { ...place, kind: 'missing_parent', message }
  }
  if (isBefore(row, child) || isBefore(await original(row, index), child)) return undefined
  const message = `names ${parent} as its parent, which is of another entity or whose clock is not smaller; not followed`
  return { ...place, kind: 'invalid_parent', message }
}

/** Of events with one import key only the first counts, and a parent that is another one of them means that one. */
async function original(row: IndexRow, index: IndexReader): Promise<IndexRow> {
  const causation = importKey(row)
  if (causation === undefined) return row
  const { feature_slug: feature, entity_id: entity, entity_type: entityType } = row
  const [first] = await index.locate({ causation, feature, entity, entityType, sinceClock: -1, limit: 1 })
  return first ?? row
}

function isBefore(parent: Known, child: Known): boolean {
  return (
    parent.lamport_clock < child.lamport_clock &&
    parent.entity_id === child.entity_id &&
    parent.feature_slug === child.feature_slug &&
    parent.entity_type === child.entity_type
  )
}
