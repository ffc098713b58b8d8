import { describe, expect, it } from 'vitest'
import { toolList, TOOLS } from '../../../src/core/mcp/tools.js'

describe('the tools of kitty mcp', () => {
  it('are eight, and their list takes at most 1,300 tokens of a session', () => {
    expect(Object.keys(TOOLS)).toHaveLength(8)
    expect(JSON.stringify({ tools: toolList() }).length / 4).toBeLessThanOrEqual(1_300)
  })

  it('that write take a key, and those that only read take none', () => {
    for (const [name, { properties, readOnly }] of Object.entries(TOOLS))
      expect([name, 'key' in properties]).toEqual([name, readOnly !== true])
  })

  it('teach no agent to overrule a rule', () => {
    expect(JSON.stringify(toolList())).not.toMatch(/force/i)
  })
})
