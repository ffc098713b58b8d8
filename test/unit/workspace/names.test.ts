import { describe, expect, it } from 'vitest'
import { Scope } from '../../../src/core/services/scope.js'
import { eventsNamed, shortEventName } from '../../../src/core/workspace/event-name.js'
import { FOREIGN_IDS } from '../../support/events.js'
import { errorOf, rejectionOf } from '../../support/kitty-error.js'
import { preparedRepository } from '../../support/prepared-repository.js'
import { inProcess } from '../../support/session.js'

const ONE = '01KDPX5QJ3C4T6V8W0Y2Z4A6B8'
const TWO = '01KDPX5QJ3C4T6V8W0Y2ZZZZZZ'

describe('an event’s name', () => {
  it('is its ID, or six characters of the start or the end, in any case', () => {
    expect(eventsNamed(ONE, [ONE, TWO])).toEqual([ONE])
    expect(eventsNamed('z4a6b8', [ONE, TWO])).toEqual([ONE])
    expect(eventsNamed('01KDPX5', [ONE])).toEqual([ONE])
    expect(eventsNamed(shortEventName(TWO), [ONE, TWO])).toEqual([TWO])
  })

  it.each(FOREIGN_IDS)('is as long where another program has called it %s', (id) => {
    const ids = [ONE, id, TWO]
    for (const name of [id, id.slice(0, 6), shortEventName(id)])
      expect(eventsNamed(name, ids), name).toEqual([id])
    expect(eventsNamed(id.slice(0, 5), ids)).toEqual([])
  })

  it('means every event that has it, and none where it is shorter or no ID at all', () => {
    expect(eventsNamed('01KDPX5', [ONE, TWO])).toEqual([ONE, TWO])
    for (const text of ['4A6B8', '', 'bob', 'doing', '../../..']) expect(eventsNamed(text, [ONE])).toEqual([])
  })
})

describe('a package’s name', () => {
  const scope = async (): Promise<Scope> => {
    const { root } = await preparedRepository({
      '001-parcel-tracking': [{ id: 'WP01' }, { id: 'WP02' }],
      '002-search': [{ id: 'WP02' }],
    })
    return (await inProcess({ cwd: root })).service(Scope)
  }

  it.each([
    ['1/wp2', '001-parcel-tracking'],
    ['001/WP02', '001-parcel-tracking'],
    ['parcel-tracking/WP02', '001-parcel-tracking'],
    ['002-search/wp02', '002-search'],
  ])('%s says its feature and its number', async (text, feature) => {
    const here = await scope()
    expect(await here.place(text, undefined)).toEqual({ feature, workPackage: 'WP02' })
    expect(await here.entity(text, undefined)).toEqual({ feature, entity: 'WP02' })
    expect(await here.placeOrFeature(text, undefined)).toEqual({ feature, workPackage: 'WP02' })
  })

  it('means every feature to a filter, and is refused by a command that works on one', async () => {
    const here = await scope()
    expect(await here.entity('wp2', undefined)).toEqual({ feature: undefined, entity: 'WP02' })
    expect(await rejectionOf(here.place('wp2', undefined))).toMatchObject({
      kind: 'AmbiguousFeature',
      nextSteps: [{ text: '001-parcel-tracking/WP02' }, { text: '002-search/WP02' }],
    })
  })

  it('leaves the IDs of other entities alone', async () => {
    const here = await scope()
    expect(await here.entity('WP01-CI_CHECK', '001')).toEqual({
      feature: '001-parcel-tracking',
      entity: 'WP01-CI_CHECK',
    })
    expect(errorOf(() => here.workPackage('WP'))).toMatchObject({ kind: 'UsageError' })
  })
})
