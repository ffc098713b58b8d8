import { renderClaimedNext, renderNext } from '../../cli/render/next.js'
import { Next } from '../../services/claims/next.js'
import { COUNT, FLAG, KEY, PLAIN, TEXT, type Tool } from '../tool.js'

const SHOWN = 5
const CLAIMED = ['claim', 'another', 'mine', 'lane', 'feature', 'key']
const LISTED = ['mine', 'lane', 'feature', 'limit', 'key']

export const next: Tool = {
  description:
    'What to do next, best first. claim: take the best; yours in work comes again, another: one more.',
  properties: {
    claim: FLAG,
    another: FLAG,
    mine: FLAG,
    lane: TEXT,
    feature: TEXT,
    limit: COUNT,
    ...KEY,
  },
  writesWith: 'claim',
  async answer({ services, scope, input, provenance }) {
    const isClaim = input.flag('claim')
    if (isClaim) input.only('with claim', CLAIMED)
    else input.only('without claim', LISTED)
    const service = await services.resolve(Next)
    const feature = await scope.chosenFeature(input.optional('feature'))
    const features = feature === undefined ? await scope.activeFeatures() : [feature]
    const request = { features, mine: input.flag('mine'), lane: input.optional('lane'), provenance }
    if (isClaim) {
      const claimed = await service.claim({ ...request, another: input.flag('another') })
      return { document: claimed, text: renderClaimedNext(claimed, features, new Date(), PLAIN) }
    }
    const found = await service.list({ ...request, limit: input.number('limit', 1) ?? SHOWN })
    return { document: found, text: renderNext(found, features, { mine: request.mine }) }
  },
}
