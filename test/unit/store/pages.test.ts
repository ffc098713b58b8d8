import { describe, expect, it } from 'vitest'
import type { Ordered } from '../../../src/core/events-lib.js'
import type { EventFilter } from '../../../src/core/index/event-index.js'
import { byNumber } from '../../../src/core/store/package-order.js'
import { pages } from '../../../src/core/store/pages.js'

const HISTORY: readonly Ordered[] = Array.from({ length: 1200 }, (_, at) => ({
  lamport_clock: at + 1,
  event_id: `E${at + 1}`,
}))

/** The pages of the history, and the filters that they were asked with. */
async function paged(
  filter: EventFilter,
  history = HISTORY,
): Promise<{ sizes: number[]; all: Ordered[]; asked: EventFilter[] }> {
  const asked: EventFilter[] = []
  const got: (readonly Ordered[])[] = []
  const read = async (page: EventFilter): Promise<readonly Ordered[]> => {
    asked.push(page)
    const after = page.after?.lamport_clock ?? -1
    return history.filter(({ lamport_clock }) => lamport_clock > after).slice(0, page.limit)
  }
  for await (const page of pages(filter, read)) got.push(page)
  return { sizes: got.map(({ length }) => length), all: got.flat(), asked }
}

describe('a history that is read page by page', () => {
  it('comes whole and in order, 500 events at a time, each page with the same filter', async () => {
    const { sizes, all, asked } = await paged({ feature: '001-demo' })
    expect(sizes).toEqual([500, 500, 200])
    expect(all).toEqual(HISTORY)
    expect(asked.map(({ feature }) => feature)).toEqual(['001-demo', '001-demo', '001-demo'])
    expect(asked[0]?.after).toEqual({ lamport_clock: 0, event_id: '' })
  })

  it('ends at the limit, and asks for no more than is left', async () => {
    const { sizes, asked } = await paged({ limit: 700 })
    expect(sizes).toEqual([500, 200])
    expect(asked.map(({ limit }) => limit)).toEqual([500, 200])
    expect((await paged({ limit: 500 })).asked).toHaveLength(1)
    expect((await paged({ limit: 0 })).asked).toEqual([])
  })

  it('starts after the event that the filter names', async () => {
    const { all } = await paged({ after: { lamport_clock: 900, event_id: 'E900' } })
    expect(all).toEqual(HISTORY.slice(900))
  })

  it('has no empty page, whether it ends with a full one or has no events', async () => {
    expect((await paged({}, HISTORY.slice(0, 500))).sizes).toEqual([500])
    expect((await paged({}, [])).sizes).toEqual([])
  })
})

describe('the order of packages', () => {
  const named = (...ids: string[]) =>
    ids.map((id) => ({ feature_slug: id.slice(0, 3), work_package_id: id.slice(4) }))

  it('is by feature, then by number, where a feature has a hundred', () => {
    const sorted = byNumber(named('001/WP01', '001/WP100', '001/WP99', '002/WP02', '002/WP10'))
    expect(sorted).toEqual(named('001/WP01', '001/WP99', '001/WP100', '002/WP02', '002/WP10'))
    expect(byNumber(named('002/WP100', '002/WP11', '001/WP2'))).toEqual(
      named('001/WP2', '002/WP11', '002/WP100'),
    )
  })

  it('is left as it is where no feature has', () => {
    const rows = named('002/WP02', '002/WP99', '001/WP01')
    expect(byNumber(rows)).toEqual(named('002/WP02', '002/WP99', '001/WP01'))
  })
})
