/** What a failed check is about: the set-up around the log, or what is kept. Decides the exit code. */
export type Area = 'environment' | 'data'

/** What a check found. */
export interface Verdict {
  readonly ok: boolean
  /** What is wrong and why it matters; or what is well. */
  readonly message: string
  /** What `--fix` does, or what to type; null when there is nothing to do. */
  readonly fix: string | null
  /**
   * Does what `fix` says, with the write lock held. Never deletes the only copy of anything. A check without it can
   * only be put right by a person.
   */
  readonly repair?: () => void | Promise<void>
}

/** One thing the doctor looks at. A new one is a row in a table: environment-checks.ts, log-checks.ts. */
export interface Check {
  readonly name: string
  readonly area: Area
  look(): Verdict | Promise<Verdict>
}

export function well(message: string): Verdict {
  return { ok: true, message, fix: null }
}

/** @param type what a person can type, since kitty cannot know what is right */
export function byHand(message: string, type: string): Verdict {
  return { ok: false, message, fix: type }
}

/** @param does what `--fix` does, in the third person: "adds the missing lines" */
export function repairable(message: string, does: string, repair: () => void | Promise<void>): Verdict {
  return { ok: false, message, fix: `kitty doctor --fix ${does}`, repair }
}

/** "a, b, c and 4 more" */
export function some(items: readonly string[], most = 3): string {
  const shown = items.slice(0, most).join(', ')
  return items.length > most ? `${shown} and ${items.length - most} more` : shown
}

/** "1 line", "3 lines" */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
