import { utf8Length } from './encode.js'

/** `read` keeps what others added; `write` refuses everything that the format does not name. */
export type Strictness = 'read' | 'write'
/** Called once per fault, with its place and what is wrong there. */
export type Report = (path: string, message: string) => void

/** A JSON Schema (2020-12) as plain JSON. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** Checks one value of a payload. Holds no type at run time: `Value` ties a schema to the payload's key. */
export interface Schema<Value = unknown> {
  readonly optional: boolean
  /** What may be written, for other programs. Never stricter than `check` with `write`. */
  readonly json: JsonSchema
  check(value: unknown, path: string, strictness: Strictness, report: Report): void
  /** Never present: ties `Value` to the schema for the compiler. A method, so that either may be the wider type. */
  accepts?(value: Value): void
}

export type PayloadSchema<Payload = unknown> = Schema<Payload>

interface Bounds {
  readonly min?: number
  readonly max?: number
}

export function string({ min = 0, max = 100_000 }: Bounds = {}): Schema<string> {
  return required({ type: 'string', minLength: min, maxLength: max }, (value, path, _strictness, report) => {
    if (typeof value !== 'string') report(path, 'must be a string')
    else if (value.length < min)
      report(path, min === 1 ? 'must not be empty' : `must have ${min} characters or more`)
    else if (value.length > max) report(path, `must have at most ${max} characters`)
  })
}

export function nonEmpty(max = 1000): Schema<string> {
  return string({ min: 1, max })
}

/** Listed values are what may be written; any other non-empty string is still read, and kept. */
export function oneOf(...values: readonly string[]): Schema<string> {
  const text = nonEmpty()
  return required({ enum: values }, (value, path, strictness, report) => {
    if (strictness === 'write' && !values.includes(String(value)))
      report(path, `must be one of ${values.join(', ')}`)
    else text.check(value, path, strictness, report)
  })
}

export function int({
  min = Number.MIN_SAFE_INTEGER,
  max = Number.MAX_SAFE_INTEGER,
}: Bounds = {}): Schema<number> {
  return required({ type: 'integer', minimum: min, maximum: max }, (value, path, _strictness, report) => {
    if (!Number.isSafeInteger(value)) report(path, 'must be an integer')
    else if (Number(value) < min || Number(value) > max) report(path, `must be from ${min} to ${max}`)
  })
}

export function boolean(): Schema<boolean> {
  return required({ type: 'boolean' }, (value, path, _strictness, report) => {
    if (typeof value !== 'boolean') report(path, 'must be true or false')
  })
}

export function array<Item>(item: Schema<Item>, max = 10_000): Schema<readonly Item[]> {
  return required({ type: 'array', items: item.json, maxItems: max }, (value, path, strictness, report) => {
    if (!Array.isArray(value)) return report(path, 'must be a list')
    if (value.length > max) return report(path, `must have at most ${max} entries`)
    value.forEach((entry, index) => item.check(entry, `${path}[${index}]`, strictness, report))
  })
}

/** The key may be absent or null. */
export function optional<Value>(schema: Schema<Value>): Schema<Value | null | undefined> {
  return {
    optional: true,
    json: orNull(schema),
    check: (value, path, strictness, report) => {
      if (value !== undefined && value !== null) schema.check(value, path, strictness, report)
    },
  }
}

/** The key must be there, and may be null. */
export function nullable<Value>(schema: Schema<Value>): Schema<Value | null> {
  return required(orNull(schema), (value, path, strictness, report) => {
    if (value !== null) schema.check(value, path, strictness, report)
  })
}

/** Any JSON value, taken as it is. */
export function anything(): Schema {
  return required({}, () => undefined)
}

/** Any JSON object, taken as it is. */
export function anyObject(): Schema<Readonly<Record<string, unknown>>> {
  return required({ type: 'object' }, (value, path, _strictness, report) => {
    if (!isObject(value)) report(path, 'must be an object')
  })
}

type Fields<Shape extends object> = { readonly [Key in keyof Shape]-?: Schema<Shape[Key]> }

/** An object with a schema for every key of `Shape`; leaving one out does not compile. */
export function object<Shape extends object>(fields: Fields<Shape>): Schema<Shape> {
  return objectSchema(fields, false)
}

/** The same with any other keys, which are kept. */
export function openObject<Shape extends object>(fields: Fields<Shape>): Schema<Shape> {
  return objectSchema(fields, true)
}

/** Limits what the named keys of a payload take together, as JSON in UTF-8. A larger one is read all the same. */
export function atMostBytes<Shape extends object>(
  keys: readonly (keyof Shape & string)[],
  max: number,
  schema: Schema<Shape>,
): Schema<Shape> {
  const limit = `${keys.join(', ')}: at most ${max} bytes together`
  return {
    optional: schema.optional,
    json: { ...schema.json, $comment: limit },
    check: (value, path, strictness, report) => {
      schema.check(value, path, strictness, report)
      if (strictness === 'read' || !isObject(value)) return
      const bytes = keys.reduce((sum, key) => sum + jsonLength(value[key]), 0)
      if (bytes > max) report(join(path, keys.join(', ')), `must take at most ${max} bytes, not ${bytes}`)
    },
  }
}

function jsonLength(value: unknown): number {
  return value === undefined ? 0 : utf8Length(JSON.stringify(value))
}

function objectSchema<Shape extends object>(fields: Fields<Shape>, open: boolean): Schema<Shape> {
  // Cast: Object.entries forgets that every value of a mapped type is a Schema.
  const entries = Object.entries<Schema>(fields as Record<string, Schema>)
  const names = new Set(entries.map(([name]) => name))
  const json = {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, field]) => [name, field.json])),
    required: entries.filter(([, field]) => !field.optional).map(([name]) => name),
    additionalProperties: open,
  }
  return required(json, (value, path, strictness, report) => {
    if (!isObject(value)) return report(path, 'must be an object')
    for (const [name, field] of entries) {
      const present = Object.hasOwn(value, name)
      if (present) field.check(value[name], join(path, name), strictness, report)
      else if (!field.optional) report(join(path, name), 'is missing')
    }
    if (strictness === 'read' || open) return
    for (const name of Object.keys(value))
      if (!names.has(name)) report(join(path, name), 'is not a known key')
  })
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function required<Value>(json: JsonSchema, check: Schema<Value>['check']): Schema<Value> {
  return { optional: false, json, check }
}

function orNull({ json }: Schema): JsonSchema {
  return { anyOf: [json, { type: 'null' }] }
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}
