import { describe, expect, it } from 'vitest'
import { foldFeature, stubOf, type LogEvent } from '../src/index.js'
import { event, FEATURE, moved, parsed, rawEvent, ulid } from './support.js'

/** An event about the feature itself. */
function rawSpec(type: string, payload: object, id: number, parents?: number[]): LogEvent {
  return parsed({
    ...rawEvent(type, payload, { id, entity: FEATURE, parents }),
    entity_type: 'FeatureSpec',
  })
}

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
      specified: true,
      archived: null,
      links: [],
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

  it('knows nothing of a feature of which nothing was written', () => {
    expect(foldFeature([moved('doing')])).toBeUndefined()
    expect(foldFeature([rawSpec('HeadsJoined', {}, 1)])).toBeUndefined()
  })

  it('takes a feature off the board and back, with who and why, specified or not', () => {
    const archived = rawSpec('FeatureArchived', { reason: 'shipped' }, 2)
    expect(foldFeature([archived])).toMatchObject({
      title: '001-demo',
      specified: false,
      archived: { event: ulid(2), actor: 'ada', reason: 'shipped' },
    })
    expect(foldFeature([archived, rawSpec('FeatureRestored', {}, 3)])?.archived).toBeNull()
  })

  it('holds an archiving concurrent with a restoration for a conflict', () => {
    const fork = [rawSpec('FeatureArchived', {}, 2, []), rawSpec('FeatureRestored', {}, 3, [])]
    expect(foldFeature(fork)).toMatchObject({ archived: null, conflicts: [{ register: 'archived' }] })
  })

  it('keeps a redacted definition as a feature without a title', () => {
    const spec = rawSpec('SpecCreated', { title: 'Secret', mission: 'm', created_by: 'ada' }, 1)
    expect(foldFeature([spec, stubOf(spec, 'a secret')])).toMatchObject({
      title: '001-demo',
      specified: true,
    })
  })

  it('keeps every link once, with the last title that one was given', () => {
    const link = (id: number, ref: string, title?: string) =>
      rawSpec('LinkAdded', { kind: 'tracker', ref, ...(title === undefined ? {} : { title }) }, id)
    expect(foldFeature([link(1, 'A'), link(2, 'B', 'b'), link(3, 'A', 'a'), link(4, 'A')])?.links).toEqual([
      { kind: 'tracker', ref: 'A', title: 'a', event: ulid(1) },
      { kind: 'tracker', ref: 'B', title: 'b', event: ulid(2) },
    ])
  })
})
