// Prints what the foundation costs over 100,000 events; judges nothing. `npm run bench`, or with another number.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { monotonicFactory } from 'ulid'
import { createContainer } from '../dist/core/di/container.js'
import { TOKENS } from '../dist/core/di/tokens.js'

const EVENTS = Number(process.argv[2] ?? 100_000)
const FEATURES = 20
const PACKAGES = 20
const DAY_MS = 86_400_000
const FIRST_DAY = Date.parse('2026-01-01T00:00:00.000Z')
const EVENTS_A_DAY = 2_000

const root = mkdtempSync(join(tmpdir(), 'kitty-bench-'))
try {
  console.log(
    `node ${process.version}, ${cpus()[0]?.model ?? 'an unknown processor'}, ${cpus().length} cores`,
  )
  setUp()
  await report('one durable emit, empty log', 200, (store, n) => emit(store, n))
  writeLog()
  await once(`first read: ${EVENTS} events taken into a new index`, (store) => store.workPackages())
  const filter = { feature: slugOf(3), entity: 'WP07' }
  await report('filtered read (one package of one feature)', 200, (store) => store.read(filter))
  await report('filtered read (type, the newest 100)', 200, (store) =>
    store.read({ type: 'WPStatusChanged', limit: 100 }),
  )
  await report('filtered read (one day)', 20, (store) => store.read({ from: '2026-01-05', to: '2026-01-05' }))
  const board = await createContainer(session()).resolve(TOKENS.Status)
  await measure(`board of ${FEATURES * PACKAGES} packages`, 50, () => board.board())
  await measure(`board of one feature`, 50, () => board.board(slugOf(3)))
  await report(`one durable emit, ${EVENTS} events`, 200, (store, n) => emit(store, n))
} finally {
  rmSync(root, { recursive: true, force: true })
}

function setUp() {
  execFileSync('git', ['init', '--quiet', root])
  mkdirSync(join(root, '.kittify', 'events'), { recursive: true })
}

function session() {
  const nextUlid = monotonicFactory()
  const nothing = () => undefined
  const nextId = (at) => nextUlid(at.getTime())
  return { cwd: root, env: {}, now: () => new Date(), nextId, progress: nothing, progressDone: nothing }
}

function slugOf(n) {
  return `${String((n % FEATURES) + 1).padStart(3, '0')}-feature`
}

function emit(store, n) {
  const payload = { feature_slug: slugOf(n), text: `note ${n}` }
  const draft = { event_type: 'NoteAdded', entity_id: 'WP01', entity_type: 'WorkPackage', payload }
  return store.emit([draft], { actor: 'bench', causationId: null, correlationId: null })
}

/** A history such as a busy repository has: moves and notes over every package, some of them at once. */
function writeLog() {
  const nextUlid = monotonicFactory()
  const files = new Map()
  const heads = new Map()
  const lanes = new Map()
  for (let n = 0; n < EVENTS; n++) {
    const time = new Date(FIRST_DAY + Math.floor(n / EVENTS_A_DAY) * DAY_MS + (n % EVENTS_A_DAY) * 1000)
    const feature = slugOf(Math.floor(n / PACKAGES))
    const id = `WP${String((n % PACKAGES) + 1).padStart(2, '0')}`
    const key = `${feature}/${id}`
    const isMove = n % 3 === 0
    const old_status = lanes.get(key) ?? 'planned'
    const new_status = old_status === 'planned' ? 'doing' : 'planned'
    if (isMove) lanes.set(key, new_status)
    const event = {
      event_id: nextUlid(time.getTime()),
      event_type: isMove ? 'WPStatusChanged' : 'NoteAdded',
      event_version: 1,
      lamport_clock: 1_000 + n,
      entity_id: id,
      entity_type: 'WorkPackage',
      timestamp: time.toISOString(),
      actor: `agent-${n % 7}`,
      causation_id: null,
      correlation_id: null,
      payload: isMove
        ? { feature_slug: feature, old_status, new_status }
        : { feature_slug: feature, text: `note ${n} of many` },
      parents: heads.has(key) ? [heads.get(key)] : [],
    }
    heads.set(key, event.event_id)
    const day = event.timestamp.slice(0, 10)
    files.set(day, `${files.get(day) ?? ''}${JSON.stringify(event)}\n`)
  }
  for (const [day, text] of files) writeFileSync(join(root, '.kittify', 'events', `${day}.jsonl`), text)
}

async function report(name, times, work) {
  const store = await createContainer(session()).resolve(TOKENS.EventStore)
  await measure(name, times, (n) => work(store, n))
  await store.close()
}

async function once(name, work) {
  const store = await createContainer(session()).resolve(TOKENS.EventStore)
  const started = performance.now()
  await work(store)
  print(name, [performance.now() - started])
  await store.close()
}

async function measure(name, times, work) {
  const took = []
  for (let n = 0; n < times; n++) {
    const started = performance.now()
    await work(n)
    took.push(performance.now() - started)
  }
  print(name, took)
}

function print(name, took) {
  const [first] = took
  const sorted = [...took].sort((a, b) => a - b)
  const at = (part) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))].toFixed(2).padStart(9)
  const many = took.length === 1 ? '' : `  median${at(0.5)}  p95${at(0.95)}  min${at(0)}`
  console.log(`${name.padEnd(52)} first${first.toFixed(2).padStart(9)}${many}  ms`)
}
