import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { Workspace } from '../workspace/workspace.js'
import { PrivateLines } from './private-lines.js'

/** An append that was sent to the hub, or is about to be, and is not in the log yet. */
export interface Intent {
  /** IDs and lines without newline, in order. */
  readonly events: readonly { readonly id: string; readonly timestamp: string; readonly line: string }[]
  readonly streams: readonly string[]
  /** For people: `WP01 to doing`. */
  readonly what: string
}

/** Written and synced before an append is sent. The caller of a writing method holds the write lock. */
@injectable()
export class Intents {
  readonly #lines: PrivateLines

  constructor(@inject(Workspace) { privateDir }: Workspace) {
    this.#lines = new PrivateLines(join(privateDir, 'hub-intents.jsonl'))
  }

  all(): Intent[] {
    return this.#lines.read().flatMap((line) => {
      try {
        // Cast: only kitty writes this file, and a line cut short is no line.
        return [JSON.parse(line) as Intent]
      } catch {
        return []
      }
    })
  }

  add(intent: Intent): void {
    this.#lines.add([JSON.stringify(intent)])
  }

  remove(first: string): void {
    this.#lines.replace(
      this.all()
        .filter(({ events }) => events[0]?.id !== first)
        .map((intent) => JSON.stringify(intent)),
    )
  }
}
