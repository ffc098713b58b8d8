import type { Json } from './json.js'
import { singleLine } from './text.js'

/** Returns the fields of an item that no register takes, as a list for its file; null if there are none. */
export function otherFields(json: Json, read: ReadonlySet<string>): string | null {
  const rest = Object.entries(json).filter(([key, value]) => !read.has(key) && value !== null && value !== '')
  const lines = rest.map(([key, value]) => `- ${singleLine(key)}: ${singleLine(valueText(value))}`)
  return lines.length === 0 ? null : lines.join('\n')
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
