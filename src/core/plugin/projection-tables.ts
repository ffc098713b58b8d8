import { token } from '../token.js'
import type { TableProjection, TableRows } from './table-projection.js'

/** The tables of plugins' projections, in the same file as the index. */
export interface ProjectionTables {
  /**
   * Brings the projection's tables up to the log as it is now, and runs `query` on them. New events are added; if the
   * log changed before the last event it holds, or the index is new, the tables are made again. `query` must not write.
   * @throws KittyError MissingDependency if there is no SQLite index; TypeError for a name that is not the plugin's
   */
  read<T>(projection: TableProjection, query: (rows: TableRows) => Promise<T>): Promise<T>
}

export const ProjectionTables = token<ProjectionTables>('ProjectionTables')
