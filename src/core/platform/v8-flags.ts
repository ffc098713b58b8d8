import { setFlagsFromString } from 'node:v8'

/** A flag of V8, and the one that undoes it. */
export interface V8Flag {
  readonly set: string
  readonly usual: string
}

/**
 * Changes how V8 works from now on, and back before the process ends: compiled code remembers the flags it was made
 * with, and V8 takes it only under the same ones. docs/performance.md, "Start-up".
 */
export function setV8Flags(flags: readonly V8Flag[]): void {
  for (const { set } of flags) setFlagsFromString(set)
  // Before the launcher's own listener, which stores the code.
  process.prependOnceListener('exit', () => {
    for (const { usual } of flags) setFlagsFromString(usual)
  })
}
