import { createRequire } from 'node:module'
import type * as fastCheck from 'fast-check'

// Cast: `require` has no types. By `import` this would be this file.
const fc = createRequire(import.meta.url)('fast-check') as typeof fastCheck

/** Under mutation a property is tried with the same few values each time: thousands of mutants wait for it. */
fc.configureGlobal({ numRuns: 30, seed: 1 })
const { assert } = fc

export default {
  ...fc,
  assert: ((property, parameters) =>
    assert(property, { ...parameters, numRuns: Math.min(30, parameters?.numRuns ?? 30) })) as typeof assert,
}
