import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'

/** The schema that the events library ships, as a program that writes events of its own reads it. */
const SCHEMA = fileURLToPath(new URL('../../packages/events/schemas/events.schema.json', import.meta.url))

export const eventSchema = JSON.parse(readFileSync(SCHEMA, 'utf8')) as {
  readonly $defs: Readonly<Record<string, { readonly properties: Readonly<Record<string, unknown>> }>>
}

const validate = new Ajv2020({ allErrors: true, strict: false }).compile(eventSchema)

/** What keeps a line of the log from the schema; empty where nothing does. */
export function schemaErrors(line: string): readonly ErrorObject[] {
  return validate(JSON.parse(line)) ? [] : (validate.errors ?? [])
}
