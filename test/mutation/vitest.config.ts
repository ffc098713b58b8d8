import { defineConfig } from 'vitest/config'
import { resolve } from '../../vitest.config.js'

/** What `run.mjs` mutates with: the tests of one room, in one process, in a fixed order. */
export default defineConfig({
  resolve,
  test: {
    include: (process.env['KITTY_MUTATION_TESTS'] ?? '').split(','),
    // The first reads the sources as text, and a mutated source is another text. The second starts the program as it was
    // built, which is not in the sandbox.
    exclude: ['**/purity.test.ts', '**/unfinished-file.test.ts', '**/node_modules/**'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
