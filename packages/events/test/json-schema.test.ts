import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createRegistry, eventJsonSchema } from '../src/index.js'

const registry = createRegistry()

describe('the JSON Schema of the log', () => {
  it('ships in the package as the registry has it; when this fails: npm run events-lib -- schema', () => {
    const file = readFileSync(new URL('../schemas/events.schema.json', import.meta.url), 'utf8')
    expect(JSON.parse(file)).toEqual(JSON.parse(JSON.stringify(eventJsonSchema(registry))))
  })

  it('has every type in every version that may be written', () => {
    const { $defs } = eventJsonSchema(registry)
    for (const type of registry.types) expect(Object.keys($defs as object).join()).toContain(`${type}.`)
    expect(Object.keys($defs as object)).toEqual(
      expect.arrayContaining(['WPStatusChanged.1', 'WPStatusChanged.2', 'plugin']),
    )
  })
})
