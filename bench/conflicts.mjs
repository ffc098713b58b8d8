/**
 * What conflicts cost a board: 1,000 work packages and 100,000 events, with 500 open conflicts and with none.
 * Prints the medians of paired runs of `kitty status --json`, of the first one (which builds the index) and of the
 * rest, and their ratios. Exits with 1 where the ratio of the boards is above 2.
 *
 * node bench/conflicts.mjs [--packages 1000] [--events 100000] [--conflicts 500] [--runs 7]
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const RUN = fileURLToPath(new URL('../bin/run.js', import.meta.url))
const FEATURE = '001-bench'
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** What the board with conflicts may cost, as a multiple of the one without. */
const LIMIT = 2

const { values } = parseArgs({
  options: {
    packages: { type: 'string', default: '1000' },
    events: { type: 'string', default: '100000' },
    conflicts: { type: 'string', default: '500' },
    runs: { type: 'string', default: '7' },
  },
})
const size = {
  packages: Number(values.packages),
  events: Number(values.events),
  conflicts: Number(values.conflicts),
}

const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')))
const folders = [0, size.conflicts].map((conflicts) => repository(conflicts))
try {
  const cold = folders.map((folder) => board(folder))
  const warm = folders.map(() => [])
  for (let run = 0; run < Number(values.runs); run += 1) {
    for (const [at, folder] of folders.entries()) warm[at].push(board(folder).ms)
  }
  const [without, with_] = warm.map(median)
  const ratio = with_ / without
  process.stdout.write(
    [
      `${size.packages} packages, ${size.events} events; conflicts on the board: ${cold.map((one) => one.conflicts).join(' and ')}`,
      `first board, index built:  ${cold[0].ms.toFixed(0)} ms without, ${cold[1].ms.toFixed(0)} ms with conflicts: ${(cold[1].ms / cold[0].ms).toFixed(2)} times`,
      `board, whole process:      ${without.toFixed(0)} ms without, ${with_.toFixed(0)} ms with conflicts: ${ratio.toFixed(2)} times (limit ${LIMIT})`,
      '',
    ].join('\n'),
  )
  if (ratio > LIMIT) process.exitCode = 1
} finally {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
}

function board(folder) {
  const started = performance.now()
  const ran = spawnSync(process.execPath, [RUN, 'status', '--json'], {
    cwd: folder,
    env,
    maxBuffer: Infinity,
    encoding: 'utf8',
  })
  const ms = performance.now() - started
  if (ran.status !== 0) throw new Error(ran.stdout + ran.stderr)
  const conflicts = JSON.parse(ran.stdout).features.reduce(
    (sum, feature) => sum + feature.conflicts.length,
    0,
  )
  return { ms, conflicts }
}

/** The same number of events either way: a conflict is two moves that knew nothing of each other in place of two in a row. */
function repository(conflicts) {
  const folder = mkdtempSync(join(tmpdir(), 'kitty-bench-'))
  execFileSync('git', ['init', '--quiet'], { cwd: folder, env })
  mkdirSync(join(folder, '.kittify', 'events'), { recursive: true })
  const lines = []
  let clock = 0
  const write = (event_type, entity, payload, parents, at = (clock += 1)) => {
    const event_id = ulid(lines.length + 1)
    const entity_type = event_type === 'SpecCreated' ? 'FeatureSpec' : 'WorkPackage'
    lines.push(
      JSON.stringify({
        event_id,
        event_type,
        event_version: 1,
        lamport_clock: at,
        entity_id: entity,
        entity_type,
        timestamp: '2026-11-22T10:00:00.000Z',
        actor: `agent-${lines.length % 16}`,
        causation_id: null,
        correlation_id: null,
        payload: { feature_slug: FEATURE, ...payload },
        parents,
      }),
    )
    return event_id
  }
  write('SpecCreated', FEATURE, { title: 'Bench', mission: 'software-dev', created_by: 'bench' }, [])
  const perPackage = Math.max(4, Math.floor((size.events - 1) / size.packages))
  const heads = []
  for (let one = 1; one <= size.packages; one += 1) {
    const id = `WP${String(one).padStart(2, '0')}`
    heads.push({
      id,
      head: write(
        'WPCreated',
        id,
        { work_package_id: id, title: `Package ${one}`, dependencies: [], subtasks: [] },
        [],
      ),
    })
  }
  // Packages take turns, as they do when many work at once.
  for (let round = 1; round < perPackage - 2; round += 1) {
    for (const one of heads)
      one.head = write('NoteAdded', one.id, { text: `note ${round} of ${one.id}` }, [one.head])
  }
  for (const [at, { id, head }] of heads.entries()) {
    const isFork = at < conflicts
    const first = write('WPStatusChanged', id, { old_status: 'planned', new_status: 'doing' }, [head])
    write('WPStatusChanged', id, { old_status: isFork ? 'planned' : 'doing', new_status: 'rejected' }, [
      isFork ? head : first,
    ])
  }
  writeFileSync(join(folder, '.kittify', 'events', '2026-11-22.jsonl'), `${lines.join('\n')}\n`)
  return folder
}

function ulid(seed) {
  let digits = ''
  for (let rest = seed; digits.length < 24; rest = Math.floor(rest / 32))
    digits = CROCKFORD.charAt(rest % 32) + digits
  return `01${digits}`
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}
