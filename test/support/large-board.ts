import type { NewEvent } from '../../src/core/events-lib.js'

/** 400 packages in 10 features: the board for which budgets are counted. Titles are as long as people write them. */
export function largeBoard(features = 10, packages = 40): NewEvent[] {
  return Array.from({ length: features }, (_, f) => {
    const feature_slug = `${String(f + 1).padStart(3, '0')}-parcel-tracking-for-${f}`
    return Array.from({ length: packages }, (__, n): NewEvent<'WPCreated'> => {
      const work_package_id = `WP${String(n + 1).padStart(2, '0')}`
      const title = `Print the label of parcel ${n} in the language of the country it goes to`
      const dependencies = n % 4 === 3 ? [`WP${String(n).padStart(2, '0')}`] : []
      return {
        event_type: 'WPCreated',
        entity_id: work_package_id,
        entity_type: 'WorkPackage',
        payload: { feature_slug, work_package_id, title, dependencies, subtasks: ['T001', 'T002'] },
      }
    })
  }).flat()
}
