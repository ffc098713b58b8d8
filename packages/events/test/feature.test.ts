import { describe, expect, it } from 'vitest'
import { foldFeature } from '../src/index.js'
import { event, moved } from './support.js'

describe('foldFeature', () => {
  it('takes the last definition in total order, whatever the order of reading', () => {
    const first = event('SpecCreated', { title: 'Old', mission: 'm', created_by: 'ada' }, { id: 1 })
    const last = event('SpecCreated', { title: 'New', mission: 'n', created_by: 'bob' }, { id: 2 })
    const expected = {
      feature_slug: '001-demo',
      title: 'New',
      mission: 'n',
      created_by: 'bob',
      created_at: '2026-11-22T10:00:00.000Z',
      conflicts: [],
    }
    expect(foldFeature([first, last, moved('doing', { id: 3 })])).toEqual(expected)
    expect(foldFeature([last, first, last])).toEqual(expected)
  })

  it('holds definitions of two writers that do not agree as a conflict, until one has seen both', () => {
    const spec = (title: string, id: number, parents: number[]) =>
      event('SpecCreated', { title, mission: 'm', created_by: 'ada' }, { id, parents })
    const fork = [spec('Old', 1, []), spec('New', 2, [])]
    expect(foldFeature(fork)?.conflicts).toMatchObject([
      { register: 'definition', winner: fork[1]?.event_id, open: true },
    ])
    expect(foldFeature([...fork, spec('Both', 3, [1, 2])])?.conflicts).toEqual([])
  })

  it('knows nothing of a feature that was never specified', () => {
    expect(foldFeature([moved('doing')])).toBeUndefined()
  })
})
