import { inject, injectable, ProjectionTables } from 'kittify/plugin/services'
import { finished } from './finished.js'
import { FinishedRow } from './finished-row.js'
import { Timed } from './timed.js'

/** A service of this plugin: answers from its own table. */
@injectable()
export class FinishedPackages {
  constructor(@inject(ProjectionTables) private readonly tables: ProjectionTables) {}

  @Timed
  async of(feature: string): Promise<FinishedRow[]> {
    return this.tables.read(finished, (rows) =>
      rows.find(FinishedRow, {
        where: { feature_slug: feature },
        order: { day: 'ASC', work_package_id: 'ASC' },
      }),
    )
  }
}
