import { renderConflicts } from '../../cli/render/conflicts.js'
import { valueText } from '../../cli/render/conflict-lines.js'
import { Conflicts } from '../../services/conflicts/conflicts.js'
import { described, KEY, PLAIN, TEXT, type Tool } from '../tool.js'

const LISTED = ['feature', 'key']

export const conflicts: Tool = {
  description: 'Open conflicts, of all or one feature. With wp and keep: settle one.',
  properties: {
    feature: TEXT,
    wp: described('WP01, 001/WP01 or a feature'),
    keep: described('actor, event id or value'),
    register: TEXT,
    ...KEY,
  },
  writesWith: 'keep',
  async answer({ services, scope, input, provenance }) {
    if (!input.has('keep')) input.only('without keep', LISTED)
    const service = await services.resolve(Conflicts)
    if (!input.has('keep')) {
      const open = await service.list(await scope.chosenFeature(input.optional('feature')), false)
      const text = open.length === 0 ? 'No open conflicts.' : renderConflicts(open, PLAIN)
      return { document: { conflicts: open }, text }
    }
    const { feature, entity_id: entity } = await scope.contested(input.text('wp'), input.optional('feature'))
    const [keep, register] = [input.text('keep'), input.optional('register')]
    const settled = await service.resolve({ feature, entity, keep, register, provenance })
    const text = `${feature}/${settled.entity_id}: ${settled.register} is ${valueText(settled.value)}, settled`
    return { document: settled, text }
  },
}
