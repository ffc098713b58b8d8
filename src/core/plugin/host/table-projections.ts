import { inject, injectable } from 'inversify'
import { RebuildOnCorruption } from '../../../aspects/rebuild-on-corruption.js'
import { KittyError } from '../../errors/kitty-error.js'
import { IndexHealth } from '../../index/index-health.js'
import { EventStore } from '../../store/event-store.js'
import {
  type ProjectionTables,
  tablePrefix,
  type TableProjection,
  type TableRows,
} from '../table-projection.js'
import { shownCommand } from '../../errors/next-step.js'
import { repairCommand } from '../../own-package.js'
import { withoutExitUntil } from './no-exit.js'

/** Plugins' tables in the index. Loads TypeORM when the first of them is read. */
@injectable()
export class TableProjections implements ProjectionTables {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(IndexHealth) readonly health: IndexHealth,
  ) {}

  async read<T>(projection: TableProjection, query: (rows: TableRows) => Promise<T>): Promise<T> {
    const answers: T[] = []
    await this.withRows(projection, async (rows) => void answers.push(await query(rows)))
    // Cast: the line above has pushed it, or has thrown.
    return answers.at(-1) as T
  }

  @RebuildOnCorruption
  protected async withRows(
    projection: TableProjection,
    work: (rows: TableRows) => Promise<void>,
  ): Promise<void> {
    const prefix = tablePrefix(projection)
    await this.store.snapshot(async () => {
      // Brings the index up to date: within the transaction that follows it must stay as it is.
      await this.store.trustedClock()
      const index = await this.health.current()
      if (index.kind === 'memory') throw noTables(projection)
      const { readingTables, TableSet } = await import('../../index/sqlite/table-set.js')
      await readingTables(async () => {
        const tables = await TableSet.open(index, projection, prefix)
        await withoutExitUntil(() => tables.update((after) => this.store.stream({ after })))
        await work(tables.rows)
      })
    })
  }
}

function noTables({ name }: TableProjection): KittyError {
  return new KittyError(
    'MissingDependency',
    `The projection ${name} keeps its rows in SQLite, and this command reads the log directly.`,
    {
      nextSteps: [...shownCommand(['kitty', 'doctor']), ...shownCommand(repairCommand('install'))],
      context: { projection: name },
    },
  )
}
