#!/usr/bin/env node
// Everything a change must pass after `npm ci`: node scripts/checks.mjs [--report FILE]. The one list of steps, which
// .ci/run calls on a machine of Debian and .github/workflows/ci.yml on each system and Node. Runs every step, whatever
// failed before it, and ends with what the failed ones said last and the names of the tests that failed: of a long log,
// often the end alone is kept.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const ANYWHERE = ['linux', 'darwin', 'win32']
/** What looks at the sources says the same on every system; the others need Debian's programs. */
const LINUX = ['linux']

/** What is shown again of a failed step. */
const LAST_LINES = 60
/** How long a step's output is waited for when it has ended: a process it left behind may hold it for ever. */
const OUTPUT_LIMIT_MS = 5_000

const at = process.argv.indexOf('--report')
const report = at === -1 ? undefined : process.argv[at + 1]
const tests =
  report === undefined
    ? 'npm test'
    : `npm test -- --reporter=default --reporter=json --outputFile.json="${report}"`

const LINT = ['Lint', 'npm run --silent lint', LINUX]
/** These only read the tree, each on one processor. */
const READERS = [
  LINT,
  ['Types', 'npm run --silent types', ANYWHERE],
  ['Dead code', 'npm run --silent dead-code', LINUX],
  ['Layers', 'npm run --silent layers', LINUX],
  ['Documentation', 'node scripts/docs.mjs --check', LINUX],
  ['Formatting', 'npm run --silent format:check', LINUX],
]
const PAGE = ['The page in a browser', 'npm run --silent test:web', LINUX]
const WINE = ['On Windows, by Wine', 'npx vitest run --project wine', LINUX]
const PACKAGE = ['Package, from a clone to a plugin that draws', 'npm run --silent test:package', ANYWHERE]
const BENCH = ['Bench, its quick part', 'npm run --silent bench -- --quick', LINUX]

/** Name, command, and the systems it runs on. */
const STEPS = [
  ['Pin of the events library', 'npm run --silent events-lib -- verify', ANYWHERE],
  // Builds first. What a system lacks (FIFOs, modes of files, zsh) is skipped, each with a line.
  ['Tests', tests, ANYWHERE],
  ['The store on a simulated machine', 'npm run --silent test:simulation -- --seeds 2000', LINUX],
  ['Manifest', manifestIsFresh, ANYWHERE],
  ...READERS,
  ['Events library over SSH', 'npm run --silent test:events-lib', LINUX],
  ['Attacks on the built program', 'npm run --silent test:hostile', LINUX],
  ['The hub on PostgreSQL', 'npm run --silent test:hub', LINUX],
  PAGE,
  ['On a disk', 'node scripts/test-as.mjs disk --short', LINUX],
  ['With the file locks of macOS', 'node scripts/test-as.mjs macos-locks --short', LINUX],
  ['Where lstat does not say the device', 'node scripts/test-as.mjs device-0 --short', LINUX],
  ['With core.autocrlf', 'node scripts/test-as.mjs autocrlf --short', LINUX],
  ['Where letter case does not count', 'node scripts/test-as.mjs ignore-case --short', LINUX],
  ['On the oldest Node', 'npm run --silent test:node -- 20.17 --short', LINUX],
  ['On the newest Node', 'npm run --silent test:node -- 26 --short', LINUX],
  WINE,
  PACKAGE,
  ['Package', 'npm run --silent package-check', LINUX],
  ['Demo', 'npm run --silent demo', LINUX],
  BENCH,
]

/**
 * Steps that begin with one of the list and run next to those after it: they wait most of the time, for npm, the disk or
 * Wine, or use one processor. Those of a lane run one after the other.
 */
const LANES = new Map([
  [LINT, [...byProcessor(READERS), [PACKAGE]]],
  [PAGE, [[WINE, BENCH]]],
])

// Before the build writes it.
const manifest = readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')
const failed = new Map()
/** Steps that run already, or have ended: what they say is printed when their turn comes. */
const begun = new Map()
for (const entry of STEPS) {
  const [name, step, systems] = entry
  if (!systems.includes(process.platform)) continue
  process.stdout.write(`\n== ${name}${typeof step === 'string' ? ` (${step})` : ''}\n`)
  const began = Date.now()
  for (const lane of LANES.get(entry) ?? [])
    lane.reduce((before, later) => begin(later, before), Promise.resolve())
  const early = begun.get(name)
  const { isGood, said } = await (early ?? (typeof step === 'function' ? step() : run(step, true)))
  if (early !== undefined) process.stdout.write(said)
  if (!isGood) failed.set(name, said)
  process.stdout.write(`(${Math.round((Date.now() - began) / 1000)} s)\n`)
  if (name === 'Tests' && report !== undefined && !existsSync(report)) {
    process.stdout.write('The tests ended without a report.\n')
    break
  }
}
for (const [name, said] of failed) process.stdout.write(`\n== Failed: ${name}\n${lastLines(said)}\n`)
process.stdout.write('\n== Result\n')
for (const [name, said] of failed)
  process.stdout.write([`FAILED ${name}`, ...failedTests(said), ''].join('\n'))
process.exitCode = failed.size === 0 ? 0 : 1

function byProcessor(steps) {
  const width = availableParallelism()
  return Array.from({ length: width }, (_, lane) => steps.filter((_, at) => at % width === lane))
}

/** What the step says is printed when its turn comes. */
function begin([name, command, systems], after) {
  if (!systems.includes(process.platform)) return after
  const ended = after.then(() => run(command))
  begun.set(name, ended)
  return ended
}

/** @param isShown as it comes; it is answered in any case */
function run(command, isShown = false) {
  return new Promise((resolve) => {
    const child = spawn(command, { cwd: ROOT, shell: true, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        said += text
        if (isShown) process.stdout.write(text)
      })
    const end = (status) => {
      for (const stream of [child.stdout, child.stderr]) stream.destroy()
      resolve({ isGood: status === 0, said })
    }
    child.once('close', end)
    child.once('exit', (status) => setTimeout(end, OUTPUT_LIMIT_MS, status).unref())
  })
}

function lastLines(text) {
  return text.trimEnd().split('\n').slice(-LAST_LINES).join('\n')
}

/** What Vitest says of each test that failed: its name, and the first line of the reason. */
function failedTests(text) {
  const lines = stripVTControlCharacters(text).split('\n')
  return lines.flatMap((line, at) => (/^ FAIL /.test(line) ? [line, `   ${lines[at + 1] ?? ''}`] : []))
}

function manifestIsFresh() {
  if (readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8') === manifest) return { isGood: true, said: '' }
  const said = 'oclif.manifest.json is not what the commands say: npm run build, and commit it.\n'
  process.stdout.write(said)
  return { isGood: false, said }
}
