import { parseEventId, readEventId } from '../../events-lib.js'

const QUOTE = '"'

/**
 * An event ID as one line of a private file, without its newline. A ULID is written as it is, any other ID as a JSON
 * string: a line that a crash cut short, or that begins in the middle of another, is then neither.
 */
export function idLine(id: string): string {
  return parseEventId(id) ?? JSON.stringify(id)
}

/** @returns undefined for a line that is not an ID */
export function idOfLine(line: string): string | undefined {
  return line.startsWith(QUOTE) ? readEventId(parsed(line)) : parseEventId(line)
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
