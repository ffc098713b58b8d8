// Mutation testing: `npm run test:mutation -- [ROOM…] [--file PATH…]`. Each room's sources are changed in one place at a
// time, and its tests must notice. Prints the mutants that no test noticed and each file's score; ends with 1 if a room
// scores less than 85 %. What an earlier run has found out about an unchanged file and its tests is not tried again.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Stryker } from '@stryker-mutator/core'

const WANTED_PERCENT = 85
/**
 * A room's folder and its parts: a file belongs to the first one that names it. A part has few tests: those
 * that are for its files. With what only passes by, as whole commands do, a room would take a day.
 */
const ROOMS = {
  events: { folder: 'packages/events/src', parts: [{ tests: ['packages/events/test/*.test.ts'] }] },
  log: {
    folder: 'src/core/log',
    parts: [
      {
        files: words(
          `archive archive-files close-log closed-logs compress-day day-parts id-list mend-day raw-line`,
        ),
        tests: ['test/unit/log/{archive*,closed-logs,damaged-day,raw-line}.test.ts'],
      },
      {
        files: words('file-clock-storage read-places'),
        tests: ['test/unit/log/{clock-storage*,read-places}.test.ts'],
      },
      {
        files: words(`append-portion crc32 event-log file-journal journal journal-records jsonl-event-log
          last-append scan-file torn-tail`),
        tests: [
          'test/unit/log/{append-portion,crc32,journal,journal-file,journal-records,jsonl-event-log}.test.ts',
          'test/unit/log/{last-append,log-lines,scan-file,torn-tail,torn-tail-places}.test.ts',
          'test/contract/jsonl-event-log.test.ts',
        ],
      },
      {
        files: words('blob-lines committed-lines reflog revision-log unstaged-deletions'),
        tests: [
          'test/unit/log/{blob-lines,committed-lines,committed-tips,reflog,revision-log}.test.ts',
          'test/unit/log/unstaged-deletions.test.ts',
        ],
      },
      { tests: ['test/unit/log/*.test.ts', 'test/contract/*-log*.test.ts'] },
    ],
  },
  store: {
    folder: 'src/core/store',
    parts: [
      {
        files:
          words(`acknowledged append-cursor attribute-guard bring-ancestors call-scope clock departed draft-heads
          foreign-id git-lines lock-scope log-clock missing-lines moved-on package-order pages put-in-order
          refuse-archived refuse-unfit stamp stamp-foreign supposition`),
        tests: [
          'test/unit/store/{acknowledged,append-cursor,attribute-guard,bring-ancestors,call-scope}.test.ts',
          'test/unit/store/{clock-and-lock,departed,draft-heads,git-lines,missing-lines,moved-on}.test.ts',
          'test/unit/store/{pages,put-in-order,refusals,stamp,stamp-foreign,supposition}.test.ts',
        ],
      },
      {
        files: words('journal-check'),
        tests: ['test/unit/store/{journal-check,journal-marks}.test.ts'],
      },
      { files: words('recovery'), tests: ['test/unit/store/{recovery,recovery-notices}.test.ts'] },
      { files: words('current-index'), tests: ['test/unit/store/current-index.test.ts'] },
      {
        files: words('log-event-store'),
        tests: ['test/unit/store/{emit-parts,store-writes}.test.ts'],
      },
      {
        files: words('event-store stamped-append store-reads'),
        tests: ['test/unit/store/{stamped-append,store-reads,store-writes}.test.ts'],
      },
      {
        tests: ['test/unit/store/{emit-again,store-writes}.test.ts', 'test/contract/log-event-store.test.ts'],
      },
    ],
  },
  index: {
    folder: 'src/core/index',
    parts: [
      {
        files: words(`board-row conflict-resolution connection event-query event-rows file-read first-today
          freshness-cache index-row journal-mark kept-index rebuild-failure repeated-line seal settle-all
          sqlite-index-health unfinished-file`),
        tests: [
          'test/unit/index/{conflict-resolution,connection,event-query,file-read,freshness-cache}.test.ts',
          'test/unit/index/{journal-mark,kept-index,rebuild-failure,repeated-line,rows,seal}.test.ts',
          'test/unit/index/{settle-all,sqlite-index-health,unfinished-file}.test.ts',
        ],
      },
      {
        files: words('adopted-driver orm replay same-rows table-set'),
        tests: ['test/unit/index/{adopted-driver,replay-kinds,same-rows,table-set}.test.ts'],
      },
      {
        files: words('data-source index-unusable rebuild sqlite-event-index sqlite-index'),
        tests: [
          'test/unit/index/{damaged-rows,data-source,index-unusable,open-index,rebuild}.test.ts',
          'test/unit/index/{event-places,states-and-problems,transactions}.test.ts',
        ],
      },
      {
        files:
          words(`columns event-repository memory-event-index sqlite-index-reads sqlite-log-reads sqlite-reader
          sqlite-statements`),
        tests: [
          'test/unit/index/{damaged-rows,event-places,files-and-clocks,freshness,open-index}.test.ts',
          'test/unit/index/{states-and-problems,transactions}.test.ts',
        ],
      },
      {
        tests: [
          'test/unit/index/{catch-up,conflicts-met,ingest,look-and-mark,refolds,replaced-file}.test.ts',
          'test/contract/memory-event-index.test.ts',
        ],
      },
    ],
  },
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { file: { type: 'string', multiple: true } },
})
const unknown = positionals.filter((name) => !Object.hasOwn(ROOMS, name))
process.chdir(fileURLToPath(new URL('../..', import.meta.url)))
const isNoFile = values.file?.some((file) => !existsSync(file)) === true
if (unknown.length > 0 || isNoFile || (values.file !== undefined && positionals.length !== 1)) {
  process.stderr.write(
    `Use rooms of ${Object.keys(ROOMS).join(', ')}, and --file with one room and files that are there.\n`,
  )
  process.exit(2)
}
// Tests write thousands of small files, and those that are stopped for a change leave them behind.
const scratch = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'kitty-mutation-'))
process.env['TMPDIR'] = scratch
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }))
const cache = 'node_modules/.cache/mutation'
mkdirSync(cache, { recursive: true })

const low = []
for (const name of positionals.length > 0 ? positionals : Object.keys(ROOMS)) {
  const results = []
  for (const [at, files] of filesOfParts(ROOMS[name]).entries()) {
    const mutate = files.filter((file) => values.file === undefined || values.file.includes(file))
    if (mutate.length > 0) results.push(...(await tried(name, at, mutate)))
  }
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

function words(text) {
  return text.split(/\s+/)
}

/** Each part's files. */
function filesOfParts({ folder, parts }) {
  const left = new Set(
    readdirSync(folder, { recursive: true })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
  )
  return parts.map(({ files }) => {
    const taken = [...left].filter((path) => files === undefined || files.includes(basename(path, '.ts')))
    for (const path of taken) left.delete(path)
    return taken
  })
}

/** Tries the mutants of these files with the tests of their part. */
function tried(room, part, mutate) {
  const { folder, parts } = ROOMS[room]
  process.env['KITTY_MUTATION_TESTS'] = parts[part].tests.join(' ')
  process.env['KITTY_MUTATION_ROOM'] = folder
  const cached = `${cache}/${room}${part > 0 ? `-${part}` : ''}`
  return new Stryker({
    mutate,
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
    coverageAnalysis: 'perTest',
    // A constant is read once for all tests: each would need a process of its own.
    ignoreStatic: true,
    // Also with --file: a room may be run in parts.
    incremental: true,
    incrementalFile: `${cached}.json`,
    ignorePatterns: ['/bench', '/docs', '/dist', '/examples', '/web'],
    // Not below node_modules: Vite takes what is there for a package and leaves its decorators as they are.
    tempDirName: 'dist/mutation',
    reporters: ['progress-append-only', 'clear-text', 'json'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
    jsonReporter: { fileName: `${cached}-report.json` },
    dryRunTimeoutMinutes: 20,
    timeoutMS: 10_000,
    logLevel: 'warn',
  }).runMutationTest()
}

/** @returns whether a mutant says something of the tests: it compiles, and was tried or is covered by none */
function isCounted({ status }) {
  return ['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status)
}

function percent(results) {
  const noticed = results.filter(({ status }) => status === 'Killed' || status === 'Timeout').length
  return (100 * noticed) / Math.max(1, results.filter(isCounted).length)
}
