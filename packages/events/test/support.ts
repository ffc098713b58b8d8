import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseEvent, type EventType, type LogEvent, type PayloadOf } from '../src/index.js'

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** The n-th ULID: a greater number gives an id that sorts later. */
export function ulid(n: number): string {
  let text = ''
  for (let rest = n; text.length < 26; rest = Math.floor(rest / 32)) text = CROCKFORD.charAt(rest % 32) + text
  return text
}

export const FEATURE = '001-demo'

interface Sketch {
  id?: number
  clock?: number
  actor?: string
  entity?: string
  parents?: number[] | undefined
  timestamp?: string
  feature?: string
}

let serial = 0

/** A parsed event of one of kitty's types; whatever is not named has a plain default. */
export function event<Type extends EventType>(
  type: Type,
  payload: Omit<PayloadOf[Type], 'feature_slug'>,
  sketch: Sketch = {},
): LogEvent {
  return parsed(rawEvent(type, payload, sketch))
}

export function rawEvent(type: string, payload: object, sketch: Sketch = {}): Record<string, unknown> {
  serial += 1
  const { id = serial, clock = id, actor = 'ada', entity, feature = FEATURE } = sketch
  const isGate = type.startsWith('Gate')
  const isSpec = type === 'SpecCreated'
  return {
    event_id: ulid(id),
    event_type: type,
    event_version: 1,
    lamport_clock: clock,
    entity_id: entity ?? (isGate ? 'G1' : isSpec ? feature : 'WP01'),
    entity_type: isGate ? 'Gate' : isSpec ? 'FeatureSpec' : 'WorkPackage',
    timestamp: sketch.timestamp ?? '2026-11-22T10:00:00.000Z',
    actor,
    causation_id: null,
    correlation_id: null,
    payload: { feature_slug: feature, ...payload },
    ...(sketch.parents === undefined ? {} : { parents: sketch.parents.map(ulid) }),
  }
}

/** What a `WPChanged` says of a package of which these registers changed, and no others. */
export function changeOf(registers: object): object {
  return {
    title: null,
    priority: null,
    dependencies: { added: [], removed: [] },
    subtasks: { added: [], removed: [] },
    source: { commit: null, author: null },
    ...registers,
  }
}

export function parsed(value: unknown): LogEvent {
  const result = parseEvent(value)
  if (!result.ok) throw new Error(result.problem.message)
  return result.event
}

export function moved(new_status: string, sketch: Sketch = {}, old_status = 'planned'): LogEvent {
  return event('WPStatusChanged', { old_status, new_status }, sketch)
}

const DATA =
  process.env['KITTY_SHARED_DATA'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url))

/** The cases of a vector file, or undefined, with a printed line, where the test data is not at hand. */
export function vectorCases<Case>(name: string): Case[] | undefined {
  const path = `${DATA}/vectors/${name}.json`
  if (!existsSync(path)) {
    console.log(`skipped: no test vectors at ${path}; set KITTY_SHARED_DATA to where they are`)
    return undefined
  }
  // Cast: the files' shapes are described next to them.
  return (JSON.parse(readFileSync(path, 'utf8')) as { cases: Case[] }).cases
}
