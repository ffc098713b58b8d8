import { defineConfig } from 'vitest/config'

/** Real git, a real SSH server and real compilations: seconds each, so behind a command of their own. */
export default defineConfig({
  test: {
    include: ['test/events-lib/**/*.test.ts'],
    sequence: { shuffle: true },
    pool: 'forks',
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
