import { describe, expect, it } from 'vitest'
import { DEFAULT_WORKFLOW } from '../../../src/core/events-lib.js'
import type { TransferItem } from '../../../src/core/transfer/document.js'
import { FeatureLog } from '../../../src/core/transfer/feature-log.js'
import { laneMap } from '../../../src/core/transfer/lane-map.js'
import { numberPackages } from '../../../src/core/transfer/package-numbers.js'
import { planImport } from '../../../src/core/transfer/plan-import.js'
import { boardOf, made } from '../../support/transfer.js'

/** More than fit into the arguments of one call. */
const MANY = 130_000
const SLUG = '001-demo'

function plan(items: readonly TransferItem[]) {
  const document = boardOf([[SLUG, items]])
  const log = new FeatureLog(SLUG, DEFAULT_WORKFLOW)
  const [feature] = document.features
  return planImport({
    document,
    targets: [{ feature: feature!, slug: SLUG, source: 's', log, filePackages: [], isGone: false }],
    table: DEFAULT_WORKFLOW,
    lanes: laneMap(document, DEFAULT_WORKFLOW, []),
    inPlace: false,
    importer: 'ada',
    now: '2026-01-01T00:00:00.000Z',
    faultOf: () => undefined,
    fileFaultOf: () => undefined,
  })
}

describe('an import', () => {
  it('numbers more packages than a call has arguments', () => {
    const filePackages = Array.from({ length: MANY }, (_, at) => `WP${at + 1}`)
    const [feature] = boardOf([[SLUG, [made('x', { workPackage: null })]]]).features
    const log = new FeatureLog(SLUG, DEFAULT_WORKFLOW)
    const target = { feature: feature!, slug: SLUG, source: 's', log, filePackages, isGone: false }
    expect(numberPackages(target, new Map(), false).get('x')).toBe(`WP${MANY + 1}`)
  })

  it('takes more notes of one package than a call has arguments', () => {
    const changes = Array.from({ length: MANY }, (_, at) => ({
      kind: 'note' as const,
      id: `n${at}`,
      at: '2026-01-01T00:00:00.000Z',
      by: null,
      text: 'x',
    }))
    const { drafts } = plan([made('WP01', { changes })])
    expect(drafts.filter(({ event_type }) => event_type === 'NoteAdded')).toHaveLength(MANY)
  })
})
