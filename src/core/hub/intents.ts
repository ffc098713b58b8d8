import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import type { LogEvent } from '../events-lib.js'
import { Workspace } from '../workspace/workspace.js'
import type { Outgoing } from './hub.js'
import { PrivateLines } from '../files/private-lines.js'
import { HubFiles } from './hub-files.js'

/** An append that was sent to the hub, or is about to be, and is not in the log yet. */
export interface Intent {
  /** IDs and lines without newline, in order. */
  readonly events: readonly { readonly id: string; readonly timestamp: string; readonly line: string }[]
  readonly streams: readonly string[]
  /** For people: `WP01 to doing`. */
  readonly what: string
}

/** @param events in the order of `outgoing` */
export function intentOf(events: readonly LogEvent[], outgoing: readonly Outgoing[]): Intent {
  const [first] = events
  return {
    events: outgoing.map(({ event_id, line }, at) => ({
      id: event_id,
      timestamp: events[at]?.timestamp ?? '',
      line: line.toString('utf8'),
    })),
    streams: [...new Set(outgoing.map(({ stream }) => stream))],
    what: `${first?.event_type ?? ''} of ${first?.entity_id ?? ''}`,
  }
}

/** An append is stored as a whole, so one of its events stands for all. */
export function firstOf({ events }: Intent): string {
  return events[0]?.id ?? ''
}

/** Only the hub that an append was sent to can tell what became of it. */
interface StoredIntent extends Intent {
  /** ID of the hub's repository. */
  readonly repo: string
}

/**
 * The appends sent to the hub that this clone has joined; those sent to another one wait until it joins that one again.
 * Written and synced before an append is sent. The caller of a writing method holds the write lock.
 */
@injectable()
export class Intents {
  readonly #lines: PrivateLines

  constructor(
    @inject(Workspace) { privateDir }: Workspace,
    @inject(HubFiles) private readonly files: HubFiles,
  ) {
    this.#lines = new PrivateLines(join(privateDir, 'hub-intents.jsonl'))
  }

  all(): Intent[] {
    const repo = this.files.joined()?.repo
    return this.#stored().filter((intent) => intent.repo === repo)
  }

  add(intent: Intent): void {
    const stored: StoredIntent = { ...intent, repo: this.files.joined()?.repo ?? '' }
    this.#lines.add([JSON.stringify(stored)])
  }

  remove(first: string): void {
    this.#lines.replace(
      this.#stored()
        .filter((intent) => firstOf(intent) !== first)
        .map((intent) => JSON.stringify(intent)),
    )
  }

  #stored(): StoredIntent[] {
    return this.#lines.read().flatMap((line) => {
      try {
        // Cast: only kitty writes this file, and a line cut short is no line.
        return [JSON.parse(line) as StoredIntent]
      } catch {
        return []
      }
    })
  }
}
