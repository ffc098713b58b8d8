import { describe, expect, it } from 'vitest'
import { renderFlow } from '../../../src/core/cli/render/flow.js'
import { DEFAULT_WORKFLOW } from '../../../src/core/events-lib.js'
import { flow } from '../../../src/core/projections/flow/flow.js'
import type { FlowDocument } from '../../../src/core/projections/flow/flow-document.js'
import { laneTimelines } from '../../../src/core/projections/flow/lane-timeline.js'
import { wanderings } from '../projections/flow/logs.js'
import { onTerminal, PIPED } from './documents.js'

function document(events = wanderings(DEFAULT_WORKFLOW, 11)): FlowDocument {
  const timelines = laneTimelines(events, { table: DEFAULT_WORKFLOW })
  return flow({ timelines, table: DEFAULT_WORKFLOW, now: Date.parse('2026-11-11T12:00:00Z'), feature: null })
}

describe('the flow on one screen', () => {
  it.each([
    ['at 80 columns', 'flow-80.txt', onTerminal(80)],
    ['piped', 'flow-piped.txt', PIPED],
  ])('looks as agreed %s', async (_name, file, style) => {
    await expect(`${renderFlow(document(), style)}\n`).toMatchFileSnapshot(`golden/${file}`)
  })

  it('says of an empty log that nothing is finished yet', () => {
    expect(renderFlow(document([]), PIPED)).toContain('nothing finished yet')
  })
})
