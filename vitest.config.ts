import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { memoryFolder } from './test/support/memory-folder.js'

const isWindows = process.platform === 'win32'
/** There git runs a merge driver through FIFOs and scripts of a POSIX shell. */
const NOT_ON_WINDOWS = ['histories', 'merge-drivers', 'merge-matrix', 'races'].map(
  (name) => `test/git/${name}.test.ts`,
)
if (isWindows) process.stderr.write(`skipped on Windows: ${NOT_ON_WINDOWS.join(', ')}\n`)

const MINUTE = 60_000
/** Shuffles a file's tests alone: Vitest starts the longest files first, so that no processor is idle at the end. */
const LONGEST_FIRST = { shuffle: { tests: true, files: false } }
export const resolve = {
  alias: {
    'kitty-events': fileURLToPath(new URL('./packages/events/src/index.ts', import.meta.url)),
    // As a package: without a build.
    '#typeorm': 'typeorm',
    '#pg': 'pg',
  },
}
const within = (limit: number) => ({
  pool: 'forks' as const,
  testTimeout: limit,
  hookTimeout: limit,
  setupFiles: ['./test/support/setup.ts'],
  unstubEnvs: true,
})
const memory = memoryFolder()
/** A fifth of the time is fsync and the files of a disk. `node scripts/test-as.mjs disk` has them there. */
const IN_MEMORY = memory === undefined ? {} : { env: { TMPDIR: memory } }
/** The files that one process runs share their modules: loading them for each would take a fifth of the time. */
const SHARED = { isolate: false }

/** `npm test` runs `main`. The others take minutes, each behind a command of its own in package.json. */
export default defineConfig({
  test: {
    // Prints the seed; each project says whether it shuffles.
    sequence: { shuffle: true },
    globalSetup: ['./test/support/global-setup.ts'],
    reporters: ['default', './test/faults/support/report.ts'],
    projects: [
      {
        resolve,
        test: {
          name: 'main',
          include: ['test/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
          exclude: [
            // Of the faults only the main ones, test/faults/main.
            'test/faults/*.test.ts',
            'test/events-lib/**',
            'test/hostile/**',
            'test/hub/**',
            'test/package/**',
            'test/web/**',
            'test/wine/**',
            ...(isWindows ? NOT_ON_WINDOWS : []),
            '**/node_modules/**',
          ],
          sequence: { shuffle: true },
          // Vitest leaves one processor idle, which is half of a small machine.
          maxWorkers: availableParallelism(),
          ...SHARED,
          ...IN_MEMORY,
          ...within(process.env['KITTY_FAULTS'] === 'full' ? 10 * MINUTE : 5 * MINUTE),
        },
      },
      {
        resolve,
        test: {
          name: 'faults',
          include: ['test/faults/*.test.ts'],
          sequence: { shuffle: true },
          ...IN_MEMORY,
          ...within(10 * MINUTE),
        },
      },
      {
        resolve,
        // Real PostgreSQL servers, started here.
        test: {
          name: 'hub',
          include: ['test/hub/**/*.test.ts'],
          ...SHARED,
          sequence: LONGEST_FIRST,
          maxWorkers: availableParallelism(),
          ...within(process.env['KITTY_HUB_FULL'] === undefined ? 10 * MINUTE : 60 * MINUTE),
        },
      },
      {
        resolve,
        // What docs/trust.md promises, attacked on the built program. KITTY_HOSTILE=full takes all of it.
        test: {
          name: 'hostile',
          include: ['test/hostile/**/*.test.ts'],
          ...SHARED,
          ...IN_MEMORY,
          sequence: LONGEST_FIRST,
          maxWorkers: availableParallelism(),
          ...within(process.env['KITTY_HOSTILE'] === 'full' ? 30 * MINUTE : 5 * MINUTE),
        },
      },
      {
        // Real git, a real SSH server and real compilations.
        test: {
          name: 'events-lib',
          include: ['test/events-lib/**/*.test.ts'],
          sequence: { shuffle: true },
          ...within(2 * MINUTE),
        },
      },
      {
        resolve,
        // The page in Debian's Chromium. KITTY_PICTURES=1 takes docs/images again.
        test: {
          name: 'web',
          include: ['test/web/**/*.test.ts'],
          maxWorkers: 1,
          ...within(5 * MINUTE),
        },
      },
      {
        resolve,
        // The built program on Wine, with Node for Windows. KITTY_WINE=full runs each test at its whole length.
        test: {
          name: 'wine',
          include: ['test/wine/**/*.test.ts'],
          globalSetup: ['test/wine/support/global-setup.ts'],
          maxWorkers: 1,
          ...within(10 * MINUTE),
        },
      },
      {
        // From a clone to a board drawn by an installed plugin, with real npm.
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          globalSetup: ['test/package/support/global-setup.ts'],
          maxWorkers: availableParallelism(),
          ...within(10 * MINUTE),
        },
      },
    ],
  },
})
