import { renderWholeWork } from '../../cli/render/whole-work-page.js'
import { WholeWork } from '../../services/board/whole-work.js'
import { PLACE, PLAIN, type Tool } from '../tool.js'

export const show: Tool = {
  description: 'One package: body, subtasks, gates, notes, history.',
  properties: PLACE,
  required: ['wp'],
  readOnly: true,
  async answer({ services, place, provenance }) {
    const { feature, workPackage } = await place()
    const work_package = await (
      await services.resolve(WholeWork)
    ).show(feature, workPackage, provenance.actor)
    return { document: { work_package }, text: renderWholeWork(work_package, new Date(), PLAIN) }
  },
}
