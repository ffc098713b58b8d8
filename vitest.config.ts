import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: {
    alias: { 'kitty-events': fileURLToPath(new URL('./packages/events/src/index.ts', import.meta.url)) },
  },
  test: {
    include: ['test/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
    exclude: ['test/faults/**', 'test/races/**', 'test/events-lib/**', 'test/package/**', '**/node_modules/**'],
    sequence: { shuffle: true },
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
