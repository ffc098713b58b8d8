import { inject, injectable } from 'inversify'
import { HubFiles } from './hub-files.js'
import { PrivateLines } from './private-lines.js'

/** At so many lines, the holder of the write lock drops what is done. */
const COMPACT_AT = 1_000

/**
 * IDs of the events that this clone has to offer to the hub: `+ID`, and `-ID` once the hub has answered. An ID goes in
 * before its event goes into the log, so that no crash leaves out an event.
 */
@injectable()
export class Outbox {
  readonly #lines: PrivateLines

  constructor(@inject(HubFiles) files: HubFiles) {
    this.#lines = new PrivateLines(files.path('outbox'))
  }

  /** In the order in which they came. */
  ids(): string[] {
    return [...waiting(this.#lines.read())]
  }

  add(ids: readonly string[]): void {
    this.#lines.add(ids.map((id) => `+${id}`))
  }

  done(ids: readonly string[]): void {
    this.#lines.add(ids.map((id) => `-${id}`))
  }

  /** The caller holds the write lock. A `-ID` that gets lost only makes the hub answer `duplicate` once more. */
  compact(): void {
    const lines = this.#lines.read()
    if (lines.length > COMPACT_AT) this.#lines.replace([...waiting(lines)].map((id) => `+${id}`))
  }
}

function waiting(lines: readonly string[]): Set<string> {
  const ids = new Set<string>()
  for (const line of lines) {
    if (line.startsWith('+')) ids.add(line.slice(1))
    else ids.delete(line.slice(1))
  }
  return ids
}
