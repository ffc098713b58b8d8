import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { KITTY, kitty, start } from '../suite/program.mjs'
import { row } from '../suite/measure.mjs'
import { rounds } from '../suite/rounds.mjs'
import { missingShell, sqlite } from '../suite/sqlite-shell.mjs'

const PEAK = pathToFileURL(join(import.meta.dirname, '..', 'peak.mjs')).href
const GOAL = { name: 'rebuild of 1,000,000 events, against sqlite3 .import', of: 'ratio', atMost: 1.6 }
const MEMORY_GOAL = { name: 'rebuild of 1,000,000 events, peak memory in MB', of: 'took', atMost: 300 }
const VERIFY_GOAL = { name: 'verify of 1,000,000 events, against the rebuild', of: 'ratio', atMost: 1.2 }
const VERIFY_MEMORY_GOAL = { name: 'verify of 1,000,000 events, peak memory in MB', of: 'took', atMost: 300 }
/** As in kitty's own rebuild: no one reads the file before it is complete. */
const UNSAFE = 'PRAGMA journal_mode = OFF;\nPRAGMA synchronous = OFF;\n'

/** The whole program `kitty agent events rebuild-index`, against sqlite3's own import of the resulting rows; and `verify`. */
export async function rebuild({ repositories, sizes, times: asked, folder, env, isQuick, say }) {
  const missing = missingShell({ mayInstall: !isQuick, say })
  const rows = []
  for (const at of sizes.filter((events) => events >= 1000)) {
    const repo = repositories.withEvents(at)
    say(`rebuild of ${at} events`)
    const times = isQuick ? 1 : Math.min(asked, at > 200_000 ? 3 : 7)
    rows.push(...(await measured(repo, { at, times, folder, env, missing })))
  }
  return {
    title: 'Rebuild of the index, and verify',
    about: [
      'Every line read and parsed into a new index, the whole process, next to the sqlite3 shell’s `.import` of the very rows from CSV into a table with the same columns, then the same indexes, without journal or sync: nothing is parsed, and no package’s state is kept. `verify` reads every line, checks it, and compares the stored index with what the log gives.',
      ...(missing === undefined ? [] : [`Not compared: ${missing}.`]),
    ],
    rows,
  }
}

async function measured({ cwd }, { at, times, folder, env, missing }) {
  const peakFile = join(folder, 'peak')
  const contestant = (command) => {
    const peaks = []
    const run = async () => {
      const ran = await start(process.execPath, ['--import', PEAK, KITTY, 'agent', 'events', command], {
        cwd,
        env: { ...env, KITTY_BENCH_PEAK: peakFile },
      })
      if (ran.status !== 0) throw new Error(`${command} ended with ${ran.status}: ${ran.stderr}`)
      peaks.push(Number(readFileSync(peakFile, 'utf8')) / 1024)
    }
    return { run, peaks }
  }
  kitty(['status'], { cwd, env })
  const own = contestant('rebuild-index')
  const check = contestant('verify')
  const shell = missing === undefined ? await importer(cwd, { folder, env }) : undefined
  const contestants = [own.run, check.run, ...(shell === undefined ? [] : [shell.run])]
  const [took, verified, imported] = await rounds({ warmUp: 1, times, contestants })
  shell?.remove()
  const isGoal = at === 1_000_000
  const goal = (wanted) => (isGoal ? wanted : undefined)
  const against = imported && { what: 'sqlite3 .import', samples: imported }
  const what = 'kitty agent events rebuild-index'
  const verify = 'kitty agent events verify'
  const rebuilt = { what: 'rebuild-index', samples: took }
  const memory = (samples) => ({ at, unit: 'MB', samples: samples.slice(1) })
  return [
    row({ what, at, samples: took, against, goal: against && goal(GOAL) }),
    row({ what: `${what}, peak memory`, ...memory(own.peaks), goal: goal(MEMORY_GOAL) }),
    row({ what: verify, at, samples: verified, against: rebuilt, goal: goal(VERIFY_GOAL) }),
    row({ what: `${verify}, peak memory`, ...memory(check.peaks), goal: goal(VERIFY_MEMORY_GOAL) }),
  ]
}

/** Imports the index's rows into a new database, in log order. */
async function importer(cwd, { folder, env }) {
  const index = join(cwd, '.kittify', 'events', 'index.db')
  const csv = join(folder, 'rows.csv')
  const fresh = join(folder, 'imported.db')
  const columns = await sqlite(
    index,
    "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'event';",
    { cwd, env },
  )
  const indexes = await sqlite(
    index,
    "SELECT sql || ';' FROM sqlite_master WHERE type = 'index' AND tbl_name = 'event' AND sql IS NOT NULL;",
    { cwd, env },
  )
  await sqlite(index, `.mode csv\n.output '${csv}'\nSELECT * FROM event ORDER BY file, line;\n`, { cwd, env })
  const script = `${UNSAFE}${columns.trim()};\n.import --csv '${csv}' event\n${indexes}`
  return {
    run: async () => {
      rmSync(fresh, { force: true })
      await sqlite(fresh, script, { cwd, env })
    },
    remove: () => [csv, fresh].forEach((path) => rmSync(path, { force: true })),
  }
}
