import { setV8Flags } from '../platform/v8-flags.js'

/** The V8 of Node 20, the only one that has the flag; an unknown flag prints an error. Later ones collect less often. */
const HAS_FLAG = /^11\.3\./

/**
 * Once a process falls idle, V8 collects garbage three times within two seconds, which costs an idle board more than its
 * looks at the log in a minute. The first collection frees what there is to free.
 */
export function collectOnceWhenIdle(version = process.versions.v8, set = setV8Flags): void {
  if (HAS_FLAG.test(version))
    set([{ set: '--memory-reducer-single-gc', usual: '--no-memory-reducer-single-gc' }])
}
