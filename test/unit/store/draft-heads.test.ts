import { beforeEach, describe, expect, it } from 'vitest'
import { entityKey, type LogEvent, type NewEvent } from '../../../src/core/events-lib.js'
import { headsOf } from '../../../src/core/store/draft-heads.js'
import { note, ulid } from '../../support/events.js'
import { PlainLog } from '../../support/plain-log.js'

const GATE = {
  event_type: 'GateCreated',
  entity_id: 'G1',
  entity_type: 'Gate',
  payload: { feature_slug: '001-login', work_package_id: 'WP01', gate_id: 'G1', gate_type: 'tests' },
}
const draft = (entity_type: string, entity_id: string): NewEvent =>
  ({
    event_type: 'NoteAdded',
    entity_type,
    entity_id,
    payload: { feature_slug: '001-login', text: 'hm' },
  }) as NewEvent // heads do not depend on the type

describe('the heads of a draft’s entity', () => {
  let made: PlainLog
  let reads: number

  beforeEach(() => {
    made = new PlainLog()
    reads = 0
  })

  const heads = async (...drafts: NewEvent[]): Promise<Map<string, string[]>> =>
    headsOf(drafts, made.index, (rows) => {
      reads += 1
      return made.log.readEvents(rows).filter((event): event is LogEvent => event !== undefined)
    })
  const headsFor = async (one: NewEvent): Promise<string[] | undefined> =>
    (await heads(one)).get(entityKey(one))

  it('are the last events of a package’s own branches, taken from its state', async () => {
    await made.add(
      note(1, { parents: [] }),
      note(2, { parents: [ulid(1)] }),
      note(3, { parents: [ulid(1)] }),
      note(4, { parents: [], entity_id: 'WP02' }),
    )
    expect((await headsFor(draft('WorkPackage', 'WP01')))?.sort()).toEqual([ulid(2), ulid(3)])
    expect(await headsFor(draft('WorkPackage', 'WP02'))).toEqual([ulid(4)])
    expect(reads).toBe(0)
  })

  it('are none where the package or the gate is new', async () => {
    expect(await headsFor(draft('WorkPackage', 'WP07'))).toEqual([])
    expect(await headsFor(draft('Gate', 'G7'))).toEqual([])
    expect(await headsFor(draft('FeatureSpec', '001-login'))).toEqual([])
  })

  it('of a gate are in the state of the package that it was created for', async () => {
    await made.add(note(1, { parents: [] }), note(2, { ...GATE, parents: [] }))
    expect(await headsFor(draft('Gate', 'G1'))).toEqual([ulid(2)])
    expect(await headsFor(draft('WorkPackage', 'WP01'))).toEqual([ulid(1)])
    expect(reads).toBe(0)
  })

  it('of any other entity are found among its own events in the log', async () => {
    const spec = { entity_type: 'FeatureSpec', entity_id: '001-login' }
    await made.add(
      note(1, { ...spec, parents: [] }),
      note(2, { ...spec, parents: [ulid(1)] }),
      note(3, { ...spec, event_type: 'x.plugin.Made', entity_type: 'x.plugin.Thing', parents: [] }),
      note(4, { ...spec, payload: { feature_slug: '002-x', text: 'hm' }, parents: [] }),
      note(5, { ...spec, entity_id: '003-y', parents: [] }),
    )
    expect(await headsFor(draft('FeatureSpec', '001-login'))).toEqual([ulid(2)])
    expect(await headsFor(draft('x.plugin.Thing', '001-login'))).toEqual([ulid(3)])
  })

  it('are found once for all drafts of an entity', async () => {
    const found = await heads(
      draft('FeatureSpec', '001-login'),
      draft('FeatureSpec', '001-login'),
      draft('WorkPackage', 'WP01'),
    )
    expect(found.size).toBe(2)
    expect(reads).toBe(1)
  })
})
