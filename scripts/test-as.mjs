#!/usr/bin/env node
// Runs parts of the test suite as if on another system: node scripts/test-as.mjs SYSTEM [--short] [vitest arguments].
// docs/platforms.md says what each stands for.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const preload = (name) =>
  `--require ${fileURLToPath(new URL(`../test/support/platform/${name}.cjs`, import.meta.url))}`

const SYSTEMS = {
  // Where TMPDIR says so, the tests do without files in memory.
  disk: {
    env: { TMPDIR: tmpdir() },
    tests: ['test/unit', 'test/git', 'test/contract', 'test/cli', 'test/faults/main'],
    short: [
      'test/unit/log',
      'test/unit/index',
      'test/unit/files',
      'test/unit/follow',
      'test/cli/follow.test.ts',
      'test/cli/many-writers.test.ts',
    ],
  },
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
    short: ['test/unit/lock', 'test/unit/index/seal.test.ts', 'test/contract'],
  },
  'device-0': {
    preload: preload('device-0'),
    tests: ['test/unit/lock', 'test/unit/store', 'test/unit/files', 'test/unit/log', 'test/contract'],
    short: ['test/unit/lock', 'test/unit/files'],
  },
  autocrlf: {
    env: { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'core.autocrlf', GIT_CONFIG_VALUE_0: 'true' },
    tests: ['test/git/two-clones.test.ts', 'test/git/merge-drivers.test.ts', 'test/git/clean-ups.test.ts'],
    short: ['test/git/clean-ups.test.ts'],
  },
  'ignore-case': {
    folder: caseInsensitiveFolder,
    tests: [
      'test/git/workspaces.test.ts',
      'test/git/implement.test.ts',
      'test/git/two-clones.test.ts',
      'test/git/commit.test.ts',
      'test/git/other-spelling.test.ts',
      'test/cli/short-words.test.ts',
      'test/cli/new-and-edit.test.ts',
    ],
    short: ['test/git/workspaces.test.ts', 'test/git/other-spelling.test.ts'],
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
const place = system.folder?.()
try {
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--project', 'main', ...more, ...tests], {
    stdio: 'inherit',
    env: { ...process.env, ...system.env, ...preloads, ...(place && { TMPDIR: place.folder }) },
  })
  process.exitCode = status ?? 1
} finally {
  place?.remove()
}

/** A file of exFAT: names keep their case, and are found in any; no links, no modes. Ends the run where there can be none. */
function caseInsensitiveFolder() {
  const parent = mkdtempSync(join(tmpdir(), 'kitty-ignore-case-'))
  const [image, folder] = [join(parent, 'image'), join(parent, 'folder')]
  mkdirSync(folder)
  writeFileSync(image, '')
  truncateSync(image, 512 * 1024 * 1024)
  const run = (program, ...args) => spawnSync(program, args, { encoding: 'utf8' })
  const isDone = (...words) => run(...words).status === 0
  const device = run('losetup', '--find', '--show', image).stdout?.trim()
  const remove = () => {
    run('umount', folder)
    if (device) run('losetup', '--detach', device)
    rmSync(parent, { recursive: true, force: true })
  }
  if (device && isDone('mkfs.exfat', device) && isDone('mount.exfat-fuse', device, folder))
    return { folder, remove }
  remove()
  process.stdout.write(
    'skipped: a folder where letter case does not count needs root, FUSE, exfat-fuse and exfatprogs\n',
  )
  process.exit(0)
}
