#!/usr/bin/env node
// Runs parts of the test suite as if on another system: node scripts/test-as.mjs SYSTEM [--short] [vitest arguments].
// docs/platforms.md says what each stands for.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const preload = (name) =>
  `--require ${fileURLToPath(new URL(`../test/support/platform/${name}.cjs`, import.meta.url))}`

const SYSTEMS = {
  'macos-locks': {
    preload: preload('macos-locks'),
    tests: [
      'test/unit/lock',
      'test/unit/store',
      'test/unit/index',
      'test/unit/log',
      'test/contract',
      'test/cli/many-writers.test.ts',
      'test/cli/readme.test.ts',
      'test/git/races.test.ts',
    ],
    short: ['test/unit/lock', 'test/unit/index/index-health.test.ts', 'test/contract'],
  },
  'device-0': {
    preload: preload('device-0'),
    tests: ['test/unit/lock', 'test/unit/store', 'test/unit/files', 'test/unit/log', 'test/contract'],
    short: ['test/unit/lock', 'test/unit/files'],
  },
  autocrlf: {
    env: { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'core.autocrlf', GIT_CONFIG_VALUE_0: 'true' },
    tests: ['test/git/two-clones.test.ts', 'test/git/merge-drivers.test.ts', 'test/git/clean-ups.test.ts'],
    short: ['test/git/merge-drivers.test.ts'],
  },
}

const [name, ...given] = process.argv.slice(2)
const system = SYSTEMS[name]
if (system === undefined) {
  process.stderr.write(`There is no system ${name}. There are: ${Object.keys(SYSTEMS).join(', ')}.\n`)
  process.exit(2)
}
const preloads =
  system.preload === undefined
    ? {}
    : { NODE_OPTIONS: system.preload, KITTY_TEST_NODE_OPTIONS: system.preload }
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))
const isShort = given.includes('--short')
const more = given.filter((one) => one !== '--short')
const tests = more.some((one) => one.startsWith('test/')) ? [] : isShort ? system.short : system.tests
const { status } = spawnSync(process.execPath, [vitest, 'run', '--project', 'main', ...more, ...tests], {
  stdio: 'inherit',
  env: { ...process.env, ...system.env, ...preloads },
})
process.exit(status ?? 1)
