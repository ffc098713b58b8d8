import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  hasEntry,
  type JsonEntry,
  UnusableJson,
  withEntry,
  withoutEntry,
} from '../../../src/core/agents/json-entry.js'
import { DamagedMarkers, MARKDOWN, withBlock, withoutBlock } from '../../../src/core/agents/text-block.js'

const SERVER: JsonEntry = { path: ['mcpServers', 'kitty'], value: { command: 'kitty', args: ['mcp'] } }
const OURS = { type: 'command', command: 'kitty prime' }
const HOOK: JsonEntry = {
  path: ['hooks', 'SessionStart'],
  value: { hooks: [OURS] },
  isOurs: (hook) => JSON.stringify(hook) === JSON.stringify(OURS),
}

describe('a block in a text file', () => {
  it('goes in at the end and out again, whatever the file holds: every byte is as before', () => {
    const line = fc.stringMatching(/^[^\r\n]{0,20}$/)
    const text = fc
      .tuple(fc.array(line), fc.constantFrom('\n', '\r\n'), fc.boolean())
      .map(([lines, eol, isEnded]) => lines.join(eol) + (isEnded ? eol : ''))
    fc.assert(
      fc.property(text, (before) => {
        const after = withBlock(before, 'ours', MARKDOWN)
        expect(after.startsWith(before)).toBe(true)
        expect(withBlock(after, 'ours', MARKDOWN)).toBe(after)
        expect(withoutBlock(after, MARKDOWN)).toBe(before)
      }),
    )
  })

  it('is the whole of a new file, which goes with it', () => {
    expect(withoutBlock(withBlock(undefined, 'ours', MARKDOWN), MARKDOWN)).toBeUndefined()
  })

  it('is replaced where it is, between what the user wrote before and after', () => {
    const text = withBlock('# Mine\n', 'old', MARKDOWN) + '\nMore of mine.\n'
    expect(withBlock(text, 'new', MARKDOWN)).toBe(text.replace('old', 'new'))
    expect(withoutBlock(text, MARKDOWN)).toBe('# Mine\n\nMore of mine.\n')
  })

  it.each([
    ['no end', '<!-- kitty:begin -->\nours\n'],
    ['no beginning', 'ours\n<!-- kitty:end -->\n'],
    ['the wrong order', '<!-- kitty:end -->\n<!-- kitty:begin -->\n'],
    ['two blocks', '<!-- kitty:begin -->\n<!-- kitty:end -->\n<!-- kitty:begin -->\n<!-- kitty:end -->\n'],
  ])('is not guessed at with %s', (_, text) => {
    expect(() => withBlock(text, 'ours', MARKDOWN)).toThrow(DamagedMarkers)
    expect(() => withoutBlock(text, MARKDOWN)).toThrow(DamagedMarkers)
  })

  it('does not take a marker in a sentence for its own', () => {
    const text = 'Between `<!-- kitty:begin -->` and <!-- kitty:end --> is ours.\n'
    expect(withoutBlock(withBlock(text, 'ours', MARKDOWN), MARKDOWN)).toBe(text)
  })
})

describe('an entry in a JSON file', () => {
  it.each([
    '{}',
    '{ }\n',
    '{\n}\n',
    '{"a":1}',
    '{ "a": 1 }\n',
    '{\n  "a": 1\n}\n',
    '{\n\t"a": [1, 2],\n\t"b": {}\n}',
    '{\r\n  "a": 1\r\n}\r\n',
    '{"mcpServers":{},"hooks":{}}',
    '{\n  "mcpServers": {\n  },\n  "hooks": { "SessionStart": [ ] }\n}\n',
    '{\n  "mcpServers": { "other": { "command": "x" } }\n}\n',
    '{\n  // mine\n  "mcpServers": {\n    "other": {}, // last\n  },\n}\n',
    '{\n  "hooks": {\n    "SessionStart": [\n      { "hooks": [] }\n    ],\n    "Stop": []\n  }\n}\n',
    '{\n  "hooks": {"SessionStart":[{"a":1}]}, "mcpServers": {"z":1,}\n}',
  ])('goes in and out of %j: every byte is as before', (before) => {
    const once = withEntry(before, SERVER)
    const both = withEntry(once, HOOK)
    expect(hasEntry(both, SERVER)).toBe('ours')
    expect(hasEntry(both, HOOK)).toBe('ours')
    expect(withEntry(withEntry(both, SERVER), HOOK)).toBe(both)
    const left = withoutEntry(both, HOOK)
    expect(left).toBe(once)
    expect(withoutEntry(once, SERVER)).toBe(before)
    // In the other order, too.
    expect(withoutEntry(withoutEntry(both, SERVER) ?? '', HOOK)).toBe(before)
  })

  it('leaves what the user put into its place', () => {
    const text = '{ "mcpServers": { "kitty": { "command": "npx", "args": ["kitty", "mcp"] } } }'
    expect(hasEntry(text, SERVER)).toBe('another')
    expect(withEntry(text, SERVER)).toBe(text)
    expect(withoutEntry(text, SERVER)).toBe(text)
  })

  it.each([
    [
      'another hook in the same element',
      `{"hooks":{"SessionStart":[{"matcher":"x","hooks":[${JSON.stringify(OURS)}, {"command":"mine"}]}]}}`,
      '{"hooks":{"SessionStart":[{"matcher":"x","hooks":[ {"command":"mine"}]}]}}',
    ],
    [
      'another hook before ours',
      `{"hooks":{"SessionStart":[{"hooks":[{"command":"mine"}, ${JSON.stringify(OURS)}]}]}}`,
      '{"hooks":{"SessionStart":[{"hooks":[{"command":"mine"}]}]}}',
    ],
    [
      'an element between two of ours',
      `{"hooks":{"SessionStart":[{"hooks":[${JSON.stringify(OURS)}]},{"hooks":[]},${JSON.stringify(OURS)}]}}`,
      '{"hooks":{"SessionStart":[{"hooks":[]}]}}',
    ],
    [
      'a comment next to ours',
      `{"hooks":{"SessionStart":[\n// mine\n{"hooks":[${JSON.stringify(OURS)}]},\n]}}`,
      '{"hooks":{"SessionStart":[\n// mine\n\n]}}',
    ],
    [
      'a comment before the object',
      `// mine\n{"hooks":{"SessionStart":[${JSON.stringify(OURS)}]}}\n`,
      '// mine\n{}\n',
    ],
  ])('goes out and leaves %s', (_, before, after) => {
    expect(withoutEntry(before, HOOK)).toBe(after)
  })

  it('does not take a hook that mentions it for its own', () => {
    const text = '{"hooks":{"SessionStart":[{"hooks":[{"command":"echo","args":["kitty prime"]}]}]}}'
    expect(hasEntry(text, HOOK)).toBe('missing')
    expect(withoutEntry(text, HOOK)).toBe(text)
  })

  it.each([
    ['{"a":', /line 1 is no JSON/],
    ['', /line 1 is no JSON/],
    ['{\n\n  a: 1\n}', /line 3 is no JSON/],
    ['[]', /it holds array/],
    ['{"mcpServers":[]}', /"mcpServers" is array, not object/],
    ['{"mcpServers":{},"mcpServers":{}}', /twice/],
  ])('is refused by %j', (text, message) => {
    expect(() => withEntry(text, SERVER)).toThrow(UnusableJson)
    expect(() => withEntry(text, SERVER)).toThrow(message)
  })
})
