import { defineConfig } from 'vitest/config'

/** From a clone to a board drawn by an installed plugin: real npm, so minutes, and in the order it is written in. */
export default defineConfig({
  test: {
    include: ['test/package/**/*.test.ts'],
    globalSetup: ['test/package/support/global-setup.ts'],
    fileParallelism: false,
    pool: 'forks',
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
})
