// Mutation testing: `npm run test:mutation -- [ROOM…] [--file PATH]`. Each room's sources are changed in one place at a
// time, and its tests must notice. Prints the mutants that no test noticed and each file's score; ends with 1 if a room
// scores less than 85 %. What an earlier run has found out about an unchanged file and its tests is not tried again.
import { existsSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Stryker } from '@stryker-mutator/core'

const WANTED_PERCENT = 85
const ROOMS = {
  events: { sources: 'packages/events/src/**/*.ts', tests: ['packages/events/test/*.test.ts'] },
  log: {
    sources: 'src/core/log/**/*.ts',
    tests: ['test/unit/log/*.test.ts', 'test/contract/*-log*.test.ts'],
  },
  store: {
    sources: 'src/core/store/**/*.ts',
    tests: ['test/unit/store/*.test.ts', 'test/contract/log-event-store.test.ts'],
  },
  index: {
    sources: 'src/core/index/**/*.ts',
    tests: ['test/unit/index/*.test.ts', 'test/contract/event-index.test.ts'],
  },
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { file: { type: 'string' } } })
const unknown = positionals.filter((name) => !Object.hasOwn(ROOMS, name))
process.chdir(fileURLToPath(new URL('../..', import.meta.url)))
const isNoFile = values.file !== undefined && !existsSync(values.file)
if (unknown.length > 0 || isNoFile || (values.file !== undefined && positionals.length !== 1)) {
  process.stderr.write(
    `Use rooms of ${Object.keys(ROOMS).join(', ')}, and --file with one room and a file that is there.\n`,
  )
  process.exit(2)
}
const cache = 'node_modules/.cache/mutation'
mkdirSync(cache, { recursive: true })

const low = []
for (const name of positionals.length > 0 ? positionals : Object.keys(ROOMS)) {
  const { sources, tests } = ROOMS[name]
  process.env['KITTY_MUTATION_TESTS'] = tests.join(',')
  const results = await new Stryker({
    mutate: [values.file ?? sources],
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
    coverageAnalysis: 'perTest',
    // A constant is read once for all tests: each would need a process of its own.
    ignoreStatic: true,
    incremental: values.file === undefined,
    incrementalFile: `${cache}/${name}.json`,
    ignorePatterns: ['/bench', '/docs', '/dist', '/examples', '/web'],
    // Not below node_modules: Vite takes what is there for a package and leaves its decorators as they are.
    tempDirName: 'dist/mutation',
    reporters: ['progress-append-only', 'clear-text', 'json'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
    jsonReporter: { fileName: `${cache}/${name}-report.json` },
    dryRunTimeoutMinutes: 20,
    timeoutMS: 10_000,
    logLevel: 'warn',
  }).runMutationTest()
  const score = percent(results)
  process.stdout.write(
    `${name}: ${score.toFixed(1)} % of ${results.filter(isCounted).length} mutants noticed\n`,
  )
  if (score < WANTED_PERCENT) low.push(name)
}
if (low.length > 0) {
  process.stderr.write(
    `Less than ${WANTED_PERCENT} %: ${low.join(', ')}. Write tests for the mutants listed above.\n`,
  )
  process.exitCode = 1
}

/** @returns whether a mutant says something of the tests: it compiles, and was tried or is covered by none */
function isCounted({ status }) {
  return ['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status)
}

function percent(results) {
  const noticed = results.filter(({ status }) => status === 'Killed' || status === 'Timeout').length
  return (100 * noticed) / Math.max(1, results.filter(isCounted).length)
}
