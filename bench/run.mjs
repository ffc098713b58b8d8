/** Measures kitty and writes bench/REPORT.md and bench/report.json. Run `npm run bench`; `--help` lists the options. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { boardFrame } from './parts/board-frame.mjs'
import { boardPage } from './parts/board-page.mjs'
import { conflicts } from './parts/conflicts.mjs'
import { emit } from './parts/emit.mjs'
import { firstCommand } from './parts/first-command.mjs'
import { inProcess } from './parts/in-process.mjs'
import { mcp } from './parts/mcp.mjs'
import { nodeVersions } from './parts/node-versions.mjs'
import { peers } from './parts/peers.mjs'
import { rebuild } from './parts/rebuild.mjs'
import { wholeProcess } from './parts/whole-process.mjs'
import { writers } from './parts/writers.mjs'
import { readArguments, USAGE } from './suite/arguments.mjs'
import { ensureBuilt } from './suite/built.mjs'
import { workFolder } from './suite/folders.mjs'
import { machine, versions } from './suite/machine.mjs'
import { environment } from './suite/program.mjs'
import { markdown } from './suite/report.mjs'
import { Repositories } from './suite/repositories.mjs'

/** In order of measurement: parts that start processes precede parts that fill this process's memory. */
const PARTS = {
  'whole-process': wholeProcess,
  'node-versions': nodeVersions,
  emit,
  writers,
  rebuild,
  'first-command': firstCommand,
  'in-process': inProcess,
  conflicts,
  'board-frame': boardFrame,
  'board-page': boardPage,
  mcp,
  peers,
}

const NOTES = join(import.meta.dirname, 'NOTES.md')

/** A failed part is named in the report; the others are still measured. */
async function measure(name, context) {
  try {
    const part = await PARTS[name](context)
    // Too few runs to judge a goal.
    const rows = context.isQuick ? part.rows.map(({ goal: _, met: __, ...row }) => row) : part.rows
    return { name, ...part, rows }
  } catch (error) {
    process.stderr.write(`${name}: ${error.stack}\n`)
    return { name, title: name, rows: [], failed: error.message.split('\n')[0] }
  }
}

async function main(argv) {
  const options = readArguments(argv, Object.keys(PARTS))
  if (options.help) return void process.stdout.write(USAGE)
  const command = ['npm run bench', ...(argv.length > 0 ? ['--', ...argv] : [])].join(' ')
  const started = performance.now()
  const facts = {
    date: new Date().toISOString(),
    command,
    machine: machine(options.folder),
    versions: versions(),
  }
  ensureBuilt()
  const folder = workFolder(options.folder)
  const env = environment(folder)
  const elapsed = () => (performance.now() - started) / 1000
  const say = (text) => process.stderr.write(`${elapsed().toFixed(0).padStart(4)} s  ${text}\n`)
  const context = { ...options, folder, env, say, repositories: new Repositories(folder, env, say) }
  const parts = []
  for (const name of options.parts) parts.push(await measure(name, context))
  finish({ ...facts, seconds: elapsed(), parts }, options)
}

/** The report with these parts in place of its own; each says when it was measured, and of what. */
function inReport(report, { date, versions, machine, parts }) {
  const again = { date, commit: versions.commit, load_at_start: machine.load_at_start }
  const found = new Map(parts.map((part) => [part.name, { ...part, again }]))
  const known = new Map(report.parts.map((part) => [part.name, part]))
  return { ...report, parts: Object.keys(PARTS).flatMap((name) => found.get(name) ?? known.get(name) ?? []) }
}

function finish(measured, { out, isAgain }) {
  const result = isAgain
    ? inReport(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')), measured)
    : measured
  const notes = existsSync(NOTES) ? readFileSync(NOTES, 'utf8') : undefined
  const report = markdown(result, notes)
  process.stdout.write(report)
  if (out !== undefined) {
    mkdirSync(out, { recursive: true })
    writeFileSync(join(out, 'REPORT.md'), report)
    writeFileSync(join(out, 'report.json'), `${JSON.stringify(result, null, 2)}\n`)
    process.stderr.write(`written: ${join(out, 'REPORT.md')} and report.json\n`)
  }
  // The exit code never depends on the clock: a part that does not run is a failure, a slow one only a report line.
  if (measured.parts.some(({ failed }) => failed !== undefined)) process.exitCode = 1
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
