import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Git runs a merge driver there through FIFOs and scripts of a POSIX shell. */
const NOT_ON_WINDOWS = ['histories', 'merge-drivers', 'merge-matrix', 'races'].map(
  (name) => `test/git/${name}.test.ts`,
)
const left = process.platform === 'win32' ? NOT_ON_WINDOWS : []
if (left.length > 0) process.stderr.write(`skipped on Windows: ${left.join(', ')}\n`)

export default defineConfig({
  resolve: {
    alias: { 'kitty-events': fileURLToPath(new URL('./packages/events/src/index.ts', import.meta.url)) },
  },
  test: {
    include: ['test/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
    // Of the faults only the main ones, test/faults/main; the rest with `npm run test:faults`.
    exclude: [
      'test/faults/*.test.ts',
      'test/races/**',
      'test/events-lib/**',
      'test/package/**',
      ...left,
      '**/node_modules/**',
    ],
    reporters: ['default', './test/faults/support/report.ts'],
    sequence: { shuffle: true },
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
