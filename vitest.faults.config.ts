import { defineConfig, mergeConfig } from 'vitest/config'
import base from './vitest.config.js'

const config = mergeConfig(
  base,
  defineConfig({ test: { env: { KITTY_FAULTS: 'full' }, testTimeout: 600_000 } }),
)
// Lists are joined by a merge; these replace the base's.
config.test.include = ['test/faults/**/*.test.ts']
config.test.exclude = ['**/node_modules/**']

export default config
