import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface LoggedEvent {
  readonly event_id: string
  readonly event_type: string
  readonly lamport_clock: number
  readonly entity_id: string
  readonly timestamp: string
  readonly actor: string
  readonly payload: Readonly<Record<string, unknown>>
}

/** The names of the day files in a repository's log. */
export function dayFiles(root: string): string[] {
  return readdirSync(join(root, '.kittify', 'events'))
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
}

/** Every event in file order. Fails on a line that is not JSON. */
export function loggedEvents(root: string): LoggedEvent[] {
  return dayFiles(root).flatMap((name) => {
    const text = readFileSync(join(root, '.kittify', 'events', name), 'utf8')
    if (!text.endsWith('\n')) throw new Error(`${name} has a torn tail`)
    return text
      .slice(0, -1)
      .split('\n')
      .map((line) => JSON.parse(line) as LoggedEvent) // kitty's own lines
  })
}

/** Every line of the log, as written. */
export function logLines(root: string): string[] {
  return dayFiles(root)
    .flatMap((name) => readFileSync(join(root, '.kittify', 'events', name), 'utf8').split('\n'))
    .filter((line) => line !== '')
}
