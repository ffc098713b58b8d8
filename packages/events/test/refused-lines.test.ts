import { describe, expect, it } from 'vitest'
import { parseEvent, createRegistry } from '../src/index.js'
import { rawEvent } from './support.js'

describe('a line that is refused', () => {
  const problemOf = (value: unknown): unknown => {
    const result = parseEvent(value, createRegistry())
    return result.ok ? undefined : result.problem.message
  }
  const raw = (changes: object = {}): unknown => ({
    ...rawEvent('NoteAdded', { text: 'x' }, { id: 1 }),
    ...changes,
  })

  it.each<[object, RegExp]>([
    [{ event_id: '' }, /^event_id .*a name/],
    [{ event_type: '' }, /^event_type .*a name/],
    [{ event_version: 0 }, /^event_version .*an integer from 1$/],
    [{ lamport_clock: 0 }, /^lamport_clock .*an integer from 1 to 2\^53-1/],
    [{ entity_id: '' }, /^entity_id .*a name/],
    [{ entity_type: '' }, /^entity_type .*a name/],
    [{ timestamp: 'today' }, /^timestamp .*a moment like 2026-11-22T10:00:00.000Z/],
    [{ actor: '' }, /^actor .*a non-empty string/],
    [{ causation_id: 7 }, /^causation_id .*a string or null/],
    [{ correlation_id: 7 }, /^correlation_id .*a string or null/],
    [{ payload: [] }, /^payload .*an object/],
    [{ parents: 'x' }, /^parents .*a list of event ids/],
    [{ entity_type: 'Gate' }, /^entity_type of a NoteAdded must be WorkPackage or FeatureSpec$/],
  ])('says which key is wrong and what it must be: %j', (changes, message) => {
    expect(problemOf(raw(changes))).toMatch(message)
  })

  it('says that it is no object', () => {
    for (const value of [null, 7, 'x', []])
      expect(parseEvent(value)).toMatchObject({
        ok: false,
        problem: { kind: 'not_an_object', message: 'the line is not a JSON object' },
      })
  })
})
