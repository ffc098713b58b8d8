import { describe, expect, it } from 'vitest'
import { historyLines } from '../../../src/core/cli/render/history.js'
import { span } from '../../../src/core/cli/render/line.js'
import { renderTable } from '../../../src/core/cli/render/table.js'
import type { EventDocument } from '../../../src/core/projections/board-document.js'
import { PIPED } from './documents.js'

/** More than fit into the arguments of one call. */
const MANY = 130_000
const AT = '2026-11-22T10:00:00.000Z'
const NOTE: EventDocument = {
  event_id: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  event_type: 'NoteAdded',
  event_version: 1,
  lamport_clock: 1,
  entity_id: 'WP01',
  entity_type: 'WorkPackage',
  timestamp: AT,
  actor: 'ada',
  causation_id: null,
  correlation_id: null,
  payload: { feature_slug: '001-demo', text: 'x' },
  parents: [],
}

describe('a list with more lines than a call has arguments', () => {
  it('is a table', () => {
    const rows = Array.from({ length: MANY }, (_, at) => at)
    const column = { title: 'n', cell: (row: number) => span(String(row)) }
    expect(renderTable([column, column], rows, PIPED).split('\n')).toHaveLength(MANY + 1)
  })

  it('is a history', () => {
    const events = Array<EventDocument>(MANY).fill(NOTE)
    expect(historyLines(events, new Date(AT), PIPED)).toHaveLength(MANY)
  })
})
