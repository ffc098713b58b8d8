import { describe, expect, it } from 'vitest'
import * as schemas from '../src/schema.js'
import {
  checkNew,
  createRegistry,
  checkWorkflow,
  DEFAULT_WORKFLOW,
  stubOf,
  type LogEvent,
} from '../src/index.js'
import { event, parsed, rawEvent, ulid } from './support.js'

const {
  anyObject,
  anything,
  array,
  atMostBytes,
  boolean,
  int,
  nonEmpty,
  nullable,
  object,
  oneOf,
  openObject,
  optional,
  string,
} = schemas

/** What a schema says of a value, when it is written and when it is read. */
function faultsOf(
  schema: schemas.Schema,
  value: unknown,
  strictness: schemas.Strictness = 'write',
): string[] {
  const faults: string[] = []
  schema.check(value, 'here', strictness, (path, message) => faults.push(`${path} ${message}`))
  return faults
}

describe('a schema', () => {
  const shape = object<{ a: string; b?: number | null }>({ a: nonEmpty(3), b: optional(int({ min: 1 })) })

  it.each<[string, schemas.Schema, unknown, string[]]>([
    ['a string', string(), '', []],
    ['no string', string(), 7, ['here must be a string']],
    ['an empty string', nonEmpty(), '', ['here must not be empty']],
    ['a short string', string({ min: 3 }), 'ab', ['here must have 3 characters or more']],
    ['a string just long enough', string({ min: 3, max: 3 }), 'abc', []],
    ['a long string', string({ max: 3 }), 'abcd', ['here must have at most 3 characters']],
    ['a string of most characters', string(), 'x'.repeat(100_000), []],
    ['a string of more', string(), 'x'.repeat(100_001), ['here must have at most 100000 characters']],
    ['a name of more', nonEmpty(), 'x'.repeat(1001), ['here must have at most 1000 characters']],
    ['one of a list', oneOf('a', 'b'), 'b', []],
    ['none of a list', oneOf('a', 'b'), 'c', ['here must be one of a, b']],
    ['no text of a list', oneOf('a', '7'), 7, ['here must be a string']],
    ['an integer', int(), -5, []],
    ['no integer', int(), 1.5, ['here must be an integer']],
    ['the least integer', int({ min: 1, max: 3 }), 1, []],
    ['the greatest integer', int({ min: 1, max: 3 }), 3, []],
    ['too small an integer', int({ min: 1, max: 3 }), 0, ['here must be from 1 to 3']],
    ['too great an integer', int({ min: 1, max: 3 }), 4, ['here must be from 1 to 3']],
    ['true', boolean(), true, []],
    ['no boolean', boolean(), 'true', ['here must be true or false']],
    ['a list', array(int()), [1, 2], []],
    ['no list', array(int()), {}, ['here must be a list']],
    ['a list with a fault', array(int()), [1, 'x', 2], ['here[1] must be an integer']],
    ['the longest list', array(int(), 2), [1, 2], []],
    ['too long a list', array(int(), 2), [1, 2, 'x'], ['here must have at most 2 entries']],
    ['null for a value', nullable(int()), null, []],
    ['a fault for a value or null', nullable(int()), 'x', ['here must be an integer']],
    ['nothing for a value or null', nullable(int()), undefined, ['here must be an integer']],
    ['anything', anything(), [undefined, 'x'], []],
    ['any object', anyObject(), { x: 1 }, []],
    ['a list for any object', anyObject(), [], ['here must be an object']],
    ['null for any object', anyObject(), null, ['here must be an object']],
    ['an object', shape, { a: 'x', b: 2 }, []],
    ['an object without what may be absent', shape, { a: 'x' }, []],
    ['an object with null for what may be absent', shape, { a: 'x', b: null }, []],
    [
      'an object with a fault in each key',
      shape,
      { a: '', b: 0 },
      ['here.a must not be empty', `here.b must be from 1 to ${Number.MAX_SAFE_INTEGER}`],
    ],
    ['an object without a key', shape, {}, ['here.a is missing']],
    ['an object with an inherited key', shape, Object.create({ a: 'x' }), ['here.a is missing']],
    ['an object with another key', shape, { a: 'x', c: 1 }, ['here.c is not a known key']],
    ['an open object with another key', openObject<{ a: string }>({ a: string() }), { a: '', c: 1 }, []],
    ['no object', shape, 'x', ['here must be an object']],
  ])('says what is wrong with %s when it is written', (_, schema, value, faults) => {
    expect(faultsOf(schema, value)).toEqual(faults)
  })

  it('reads what others added: another value of a list, another key, a greater size', () => {
    const limited = atMostBytes(['a'], 3, shape)
    expect(faultsOf(oneOf('a'), 'c', 'read')).toEqual([])
    expect(faultsOf(oneOf('a'), '', 'read')).toEqual(['here must not be empty'])
    expect(faultsOf(limited, { a: 'xyz', c: 1 }, 'read')).toEqual([])
  })

  it('counts the bytes that keys take together as JSON', () => {
    const limited = atMostBytes(
      ['a', 'b'],
      4,
      openObject<{ a: string; b?: number | null }>({ a: string(), b: optional(int()) }),
    )
    expect(faultsOf(limited, { a: 'x', b: 1, c: 'long enough' })).toEqual([])
    expect(faultsOf(limited, { a: 'é' })).toEqual([])
    expect(faultsOf(limited, { a: 'é', b: 1 })).toEqual(['here.a, b must take at most 4 bytes, not 5'])
    expect(faultsOf(limited, 7)).toEqual(['here must be an object'])
    expect(limited.json).toMatchObject({ $comment: 'a, b: at most 4 bytes together', type: 'object' })
    expect(limited.optional).toBe(false)
  })

  it('tells other programs what may be written', () => {
    expect(
      object<{ a: string; b?: boolean | null }>({ a: nonEmpty(3), b: optional(boolean()) }).json,
    ).toEqual({
      type: 'object',
      properties: {
        a: { type: 'string', minLength: 1, maxLength: 3 },
        b: { anyOf: [{ type: 'boolean' }, { type: 'null' }] },
      },
      required: ['a'],
      additionalProperties: false,
    })
    expect(openObject({}).json).toMatchObject({ additionalProperties: true })
    expect(array(oneOf('a'), 2).json).toEqual({ type: 'array', items: { enum: ['a'] }, maxItems: 2 })
    expect(nullable(int({ min: 1, max: 2 })).json).toEqual({
      anyOf: [{ type: 'integer', minimum: 1, maximum: 2 }, { type: 'null' }],
    })
    expect([anything().json, anyObject().json]).toEqual([{}, { type: 'object' }])
    expect([optional(int()).optional, nullable(int()).optional]).toEqual([true, false])
  })
})

describe('an event that may not be written', () => {
  const registry = createRegistry([{ type: 'x.acme.Poked', version: 1, schema: anyObject() }])
  const note = (changes: object = {}, payload: object = {}): unknown => ({
    ...rawEvent('NoteAdded', { text: 'x', ...payload }, { id: 1 }),
    ...changes,
  })

  it.each<[string, unknown, string[]]>([
    ['no event', 7, ['the event is not an object']],
    ['one that may', note(), []],
    ['another key', note({ more: 1 }), ['more is not a known key']],
    [
      'a line feed in a name',
      note({ causation_id: 'a\nb' }),
      ['causation_id must have 1 to 200 characters and no control character'],
    ],
    [
      'an entity of no kind',
      { ...rawEvent('x.acme.Poked', {}, { id: 1 }), entity_type: 'Planet' },
      ["entity_type Planet is not known; the name of a plugin's own begins with x."],
    ],
    [
      'an entity of a plugin',
      { ...rawEvent('x.acme.Poked', {}, { id: 1 }), entity_type: 'x.acme.Planet' },
      [],
    ],
    [
      'an unknown type',
      note({ event_type: 'Sung' }),
      ['event_type Sung is not registered; register it or use one that is'],
    ],
    ['a later version', note({ event_version: 9 }), ['event_version of a NoteAdded must be 1']],
    [
      'another entity in the payload',
      {
        ...rawEvent(
          'WPCreated',
          { work_package_id: 'WP02', title: 'x', dependencies: [], subtasks: [] },
          { id: 1 },
        ),
      },
      ['payload work_package_id must be the entity_id, WP01'],
    ],
    [
      'a join that belongs to an operation',
      { ...rawEvent('HeadsJoined', {}, { id: 1, parents: [1] }), causation_id: ulid(3) },
      ['causation_id of a HeadsJoined must be null: it belongs to no operation'],
    ],
    [
      'too many parents',
      note({ parents: Array.from({ length: 1001 }, (_, at) => ulid(at + 5)) }),
      ['parents has 1001 entries; at most 1000 may be written'],
    ],
  ])('is named: %s', (_, value, faults) => {
    expect(checkNew(value, registry)).toEqual(faults)
  })

  it('is too long from 256 KiB on, as it was measured or as it would be', () => {
    const value = parsed(note())
    expect(checkNew(value, registry, 256 * 1024)).toEqual([])
    expect(checkNew(value, registry, 256 * 1024 + 1)).toEqual([
      'the line has 262145 bytes; at most 262144 may be written',
    ])
  })

  it('is no stub with its feature and its reason', () => {
    const stub: LogEvent = stubOf(event('NoteAdded', { text: 'x' }, { id: 1 }), 'a token')
    expect(checkNew(stub, registry)).toEqual([])
  })
})

describe('a workflow that is not one', () => {
  const table = { name: 'small', lanes: ['todo', 'done'], done: ['done'], moves: { todo: [{ to: 'done' }] } }
  const problemsOf = (changes: object): string[] => {
    const result = checkWorkflow({ ...table, ...changes })
    return result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`)
  }

  it.each<[object, string[]]>([
    [{}, []],
    [{ speed: 1 }, ['speed: is not a known key']],
    [{ name: '' }, ['name: must be a non-empty string']],
    [{ lanes: ['todo', 'todo', 'done'] }, ['lanes[1]: repeats todo']],
    [
      { lanes: ['todo', 'done', 'To do'] },
      ['lanes[2]: must be lower-case letters, digits and _, at most 32'],
    ],
    [{ done: [] }, ['done: must not be empty']],
    [{ done: 'done' }, ['done: must be a list']],
    [{ done: ['gone'] }, ['done[0]: "gone" is not a lane of this workflow']],
    [{ dropped: ['done'] }, ['dropped[0]: done is also in "done"; keep it in one of them']],
    [{ initial: 'gone' }, ['initial: "gone" is not a lane of this workflow']],
    [{ moves: [] }, ['moves: must be an object']],
    [{ moves: { gone: [] } }, ['moves.gone: is not a lane of this workflow']],
    [{ moves: { todo: 'done' } }, ['moves.todo: must be a list of moves']],
    [{ moves: { todo: ['done'] } }, ['moves.todo[0]: must be an object with "to"']],
    [{ moves: { todo: [{ to: 'done', from: 'x' }] } }, ['moves.todo[0].from: is not a known key']],
    [
      { moves: { todo: [{ to: 'done', forcedOnly: 1 }] } },
      ['moves.todo[0].forcedOnly: must be true or false'],
    ],
    [{ moves: { todo: [{ to: 7 }] } }, ['moves.todo[0].to: must be a non-empty string']],
    [{ moves: { todo: [{ to: 'done', requires: 'x' }] } }, ['moves.todo[0].requires: must be a list']],
    [{ aliases: { finished: 'gone' } }, ['aliases.finished: "gone" is not a lane of this workflow']],
    [{ aliases: { finished: 'done' } }, []],
    [{ enters: { gone: [] } }, ['enters.gone: is not a lane of this workflow']],
    [{ entry: [] }, ['entry: must not be empty']],
    [{ conditions: ['x.acme.is_open', 'x.a.b'] }, []],
  ])('is told what to mend: %j', (changes, problems) => {
    expect(problemsOf(changes)).toEqual(problems)
  })

  it('is told which guards there are', () => {
    expect(checkWorkflow({ ...table, conditions: ['x.Acme.open'] }, ['a', 'b'])).toMatchObject({
      problems: [{ path: 'conditions[0]', message: '"x.Acme.open" is not a guard; known guards: a, b' }],
    })
  })

  it('is no object', () => {
    for (const value of [null, [], 'x'])
      expect(checkWorkflow(value)).toEqual({
        ok: false,
        problems: [{ path: '', message: 'a workflow must be an object' }],
      })
    expect(checkWorkflow(DEFAULT_WORKFLOW).ok).toBe(true)
  })
})
