import { injectable } from 'inversify'
import { quoted } from '../../errors/secrets.js'
import { KittyError } from '../../errors/kitty-error.js'
import type { EventFilter } from '../../index/event-index.js'
import { momentOf } from '../../log/format/day-file.js'
import type { EventDocument } from '../../projections/board-document.js'
import { eventDocument } from '../../projections/documents.js'
import type { EventStore } from '../../store/event-store.js'
import { knownWorkPackage } from '../known-work-package.js'
import type { Scope } from '../scope.js'
import { shownWords } from '../../errors/next-step.js'

export interface EventFlags {
  readonly entity?: string | undefined
  readonly type?: string | undefined
  readonly feature?: string | undefined
  readonly actor?: string | undefined
  readonly causation?: string | undefined
  readonly correlation?: string | undefined
  readonly 'since-clock'?: number | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly limit?: number | undefined
}

const MOMENT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z)?$/

/** Reads history with the filters given on a command line. */
@injectable()
export class EventQueries {
  /** @throws KittyError UnknownFeature; UsageError for a bound that is neither a day nor a UTC time */
  async filter(scope: Scope, flags: EventFlags): Promise<EventFilter> {
    const { type, actor, causation, correlation, limit } = flags
    return {
      type,
      actor,
      causation,
      correlation,
      limit,
      // Every feature unless one is requested: history does not depend on the current folder.
      ...(await scope.entity(flags.entity, flags.feature)),
      sinceClock: flags['since-clock'],
      from: moment('--from', flags.from),
      to: moment('--to', flags.to),
    }
  }

  async list(store: EventStore, filter: EventFilter): Promise<EventDocument[]> {
    return (await store.read(filter)).map(eventDocument)
  }

  /**
   * The newest events, oldest first, and how many there are.
   * @param most reads no more than this many; all if omitted
   */
  async newest(
    store: EventStore,
    filter: EventFilter,
    most: number | undefined,
  ): Promise<{ rows: EventDocument[]; total: number }> {
    const rows = await this.list(store, { ...filter, limit: most })
    return { rows, total: rows.length === most ? await store.count(filter) : rows.length }
  }

  /** Everything that happened to one package. @throws KittyError UnknownWorkPackage */
  async history(
    store: EventStore,
    place: { feature: string; workPackage: string },
  ): Promise<EventDocument[]> {
    const { feature, workPackage } = place
    await knownWorkPackage(store, feature, workPackage)
    return (await store.history(feature, workPackage)).map(eventDocument)
  }

  async *stream(store: EventStore, filter: EventFilter): AsyncIterable<readonly EventDocument[]> {
    for await (const events of store.stream(filter)) yield events.map(eventDocument)
  }
}

/** @throws KittyError UsageError for a bound that is neither a day nor a UTC time */
export function moment(flag: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const time = MOMENT.test(text) ? momentOf(text) : Number.NaN
  // Spell it as the log does, since times are compared as text. A day stays a day.
  if (!Number.isNaN(time)) return text.length === 10 ? text : new Date(time).toISOString()
  throw new KittyError('UsageError', `${flag} ${quoted(text, 60)} is no day and no UTC time.`, {
    nextSteps: [...shownWords([flag, '2026-11-22']), ...shownWords([flag, '2026-11-22T10:30:00Z'])],
  })
}
