import { MAX_PARENTS, ENTITY_TYPES } from './check-new.js'
import { ENTITIES_OF, isEventType } from './event.js'
import { STUB_SCHEMA } from './payload-schemas.js'
import type { Registry } from './registry.js'
import type { JsonSchema } from './schema.js'

const DRAFT = 'https://json-schema.org/draft/2020-12/schema'
const name = { type: 'string', minLength: 1, maxLength: 200 }
const ulid = { type: 'string', pattern: '^[0-7][0-9A-HJKMNP-TV-Z]{25}$' }

/** Keys of a line, whatever its type. */
const ENVELOPE: Readonly<Record<string, JsonSchema>> = {
  event_id: ulid,
  event_type: name,
  event_version: { type: 'integer', minimum: 1 },
  lamport_clock: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
  entity_id: name,
  entity_type: { anyOf: [{ enum: ENTITY_TYPES }, { type: 'string', pattern: '^x\\.' }] },
  timestamp: {
    type: 'string',
    pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$',
  },
  actor: name,
  causation_id: { anyOf: [name, { type: 'null' }] },
  correlation_id: { anyOf: [name, { type: 'null' }] },
  payload: { type: 'object', required: ['feature_slug'] },
  // Ids that other writers chose, too.
  parents: { type: 'array', items: name, maxItems: MAX_PARENTS },
}

/**
 * One JSON Schema (2020-12) for every line that may be written: `$defs` has one entry per type and version, named
 * `<type>.<version>`, and one for events of plugins that the registry does not know.
 */
export function eventJsonSchema(registry: Registry): JsonSchema {
  const lines = registry.types.flatMap((type) => linesOf(type, registry))
  const known = registry.types.filter((type) => type.startsWith('x.'))
  const isKnown = known.length === 0 ? {} : { not: { enum: known } }
  const plugin = line({ event_type: { type: 'string', pattern: '^x\\.', ...isKnown } })
  const defs = [...lines, ['plugin', plugin] as const]
  return {
    $schema: DRAFT,
    title: 'A line of the event log',
    oneOf: defs.map(([key]) => ({ $ref: `#/$defs/${key}` })),
    $defs: Object.fromEntries(defs),
  }
}

function linesOf(type: string, registry: Registry): (readonly [key: string, schema: JsonSchema])[] {
  const definition = registry.definition(type)
  if (definition === undefined) return []
  const versions = { ...definition.older, [definition.version]: definition.schema }
  return Object.entries(versions).map(([version, payload]) => [
    `${type}.${version}`,
    line({
      event_type: { const: type },
      event_version: { const: Number(version) },
      ...(isEventType(type) ? { entity_type: { enum: ENTITIES_OF[type] } } : {}),
      ...(type === 'HeadsJoined' ? { causation_id: { type: 'null' } } : {}),
      payload: { anyOf: [payload.json, STUB_SCHEMA.json] },
    }),
  ])
}

function line(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return {
    type: 'object',
    properties: { ...ENVELOPE, ...properties },
    required: Object.keys(ENVELOPE).filter((key) => key !== 'parents'),
    additionalProperties: false,
  }
}
