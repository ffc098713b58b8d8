import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

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
      '**/node_modules/**',
    ],
    reporters: ['default', './test/faults/support/report.ts'],
    sequence: { shuffle: true },
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
