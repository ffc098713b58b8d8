import { it, type TestContext } from 'vitest'
import { isThere, type Tool } from './tools.js'

/** What a fault came to: the line that is printed for it. */
export interface Finding {
  readonly injected: string
  readonly found: string
  readonly expected: string
}

/** What a test hands to the reporter. */
export interface FaultRecord {
  readonly number: number
  readonly title: string
  readonly finding?: Finding
  /** Why it was not tried. */
  readonly skipped?: string
}

declare module 'vitest' {
  interface TaskMeta {
    fault?: FaultRecord
  }
}

export interface FaultOptions {
  readonly needs?: readonly Tool[]
  /** In seconds. */
  readonly within?: number
}

/** True when everything is tried (`npm run test:faults`), not the quick selection of `npm test`. */
export const FULL = process.env['KITTY_FAULTS'] === 'full'

/** A size of the quick selection, or of the full run. */
export function scaled(quick: number, full: number): number {
  return FULL ? full : quick
}

/**
 * One fault of the list, by its number. The test injects it, asserts, and answers what it found; where a tool is
 * missing it is skipped by its number, never silently passed.
 */
export function fault(
  number: number,
  title: string,
  options: FaultOptions,
  test: (context: TestContext) => Promise<Finding>,
): void {
  it(`fault ${number}: ${title}`, { timeout: (options.within ?? 120) * 1000 }, async (context) => {
    const missing = (options.needs ?? []).filter((tool) => !isThere(tool))
    if (missing.length > 0) {
      const skipped = `not on this machine: ${missing.join(', ')}`
      context.task.meta.fault = { number, title, skipped }
      context.skip(`fault ${number} skipped, ${skipped}`)
    }
    context.task.meta.fault = { number, title }
    context.task.meta.fault = { number, title, finding: await test(context) }
  })
}
