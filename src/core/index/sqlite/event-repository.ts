import { ENTITIES } from '../../../entities/index.js'
import { EventEntity } from '../../../entities/event-entity.js'
import { OVERLAY } from '../../log/format/day-file.js'
import type { Connection } from './connection.js'
import { asIndexUnusable } from './data-source.js'
import type { IndexRow } from '../index-row.js'
import { ormOn } from './orm.js'

/**
 * The events that are in the file of another day than their own, in the total order. Only `verify` and `doctor` ask, so
 * TypeORM may answer, which a daily command would feel.
 * @throws IndexUnusable when SQLite reports anything other than success
 */
export async function misfiledEvents(connection: Connection): Promise<IndexRow[]> {
  const orm = await ormOn(connection, ENTITIES)
  try {
    return await orm
      .getRepository(EventEntity)
      .createQueryBuilder('event')
      .where("substr(replace(event.file, :overlay, ''), 1, 10) <> event.date", { overlay: OVERLAY })
      .orderBy('event.lamport_clock')
      .addOrderBy('event.event_id')
      .getMany()
  } catch (error) {
    throw asIndexUnusable(error)
  }
}
