import { setV8Flags } from '../platform/v8-flags.js'

/** The V8 of Node 20, the only one that has the flag; an unknown flag prints an error. Later ones collect less often. */
const HAS_FLAG = /^11\.3\./

/**
 * V8 stops a process in which the flag appears between two of the three collections, and the first of them comes after
 * eight seconds at the earliest. In milliseconds since the process began.
 */
const BEFORE_THE_FIRST = 5_000

/**
 * Once a process falls idle, V8 collects garbage three times within two seconds, which costs an idle board more than its
 * looks at the log in a minute. The first collection frees what there is to free. Changes nothing in a process whose age,
 * in milliseconds, is too high for it.
 */
export function collectOnceWhenIdle(
  version = process.versions.v8,
  age = performance.now(),
  set = setV8Flags,
): void {
  if (HAS_FLAG.test(version) && age < BEFORE_THE_FIRST)
    set([{ set: '--memory-reducer-single-gc', usual: '--no-memory-reducer-single-gc' }])
}
