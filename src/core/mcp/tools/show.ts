import { renderWorkPackage } from '../../cli/render/work-package-page.js'
import { TaskQueries } from '../../services/task-queries.js'
import { PLAIN } from '../plain.js'
import { PLACE, type Tool } from '../tool.js'

export const show: Tool = {
  description: 'One package: body, subtasks, gates, notes, history.',
  properties: PLACE,
  required: ['wp'],
  readOnly: true,
  async answer({ services, place }) {
    const { feature, workPackage } = await place()
    const work_package = await (await services.resolve(TaskQueries)).show(feature, workPackage)
    return { document: { work_package }, text: renderWorkPackage(work_package, new Date(), PLAIN) }
  },
}
