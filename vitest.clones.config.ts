import { defineConfig } from 'vitest/config'
import base from './vitest.config.js'

/** The long run of test/git/two-clones.test.ts: 200 steps, each in a process of its own. Build first. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/git/two-clones.test.ts'],
    env: { KITTY_CLONE_STEPS: process.env['KITTY_CLONE_STEPS'] ?? '200', KITTY_CLONE_PROCESSES: '1' },
  },
})
