/**
 * Writes logs of any size: valid lines with parents, spread over packages, features and days; the same on every run.
 */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const FIRST_DAY = Date.UTC(2025, 0, 1)
const DAY_MS = 86_400_000
const FLUSH_CHARS = 1_000_000
const ACTORS = ['agent-1', 'agent-2', 'agent-3', 'agent-4', 'ines', 'tomás']

/** The events that a package repeats after its creation. */
const ROUND = [
  { type: 'WPStatusChanged', payload: { old_status: 'planned', new_status: 'doing' } },
  { type: 'SubtaskCompleted', payload: { subtask_id: 'T001', done: true } },
  { type: 'UsageRecorded', payload: { tokens: 48_213, cost_usd_micros: 301_400, seconds: 412 } },
  {
    type: 'NoteAdded',
    payload: {
      text: 'The first half is there; the second waits for the answer of the API — see the page on paging.',
    },
  },
  { type: 'SubtaskCompleted', payload: { subtask_id: 'T002', done: true } },
  { type: 'WPStatusChanged', payload: { old_status: 'doing', new_status: 'for_review' } },
  { type: 'TagsChanged', payload: { added: ['backend'], removed: [] } },
  {
    type: 'WPStatusChanged',
    payload: { old_status: 'for_review', new_status: 'rejected', reason: 'the error path is not covered' },
  },
  { type: 'SubtaskCompleted', payload: { subtask_id: 'T002', done: false } },
  { type: 'WPStatusChanged', payload: { old_status: 'rejected', new_status: 'planned' } },
].map(({ type, payload }) => ({ type, text: rest(payload) }))

/** Types whose payload also names the package. */
const OF_ITS_OWN = new Set(['WPCreated', 'SubtaskCompleted'])

/** @returns `kitty-specs` slugs and package IDs of a log of that shape */
export function packagesOf({ packages, features }) {
  const each = Math.ceil(packages / features)
  return Array.from({ length: packages }, (_, at) => ({
    feature: `${String(Math.floor(at / each) + 1).padStart(3, '0')}-feature-${Math.floor(at / each) + 1}`,
    id: `WP${String((at % each) + 1).padStart(2, '0')}`,
  }))
}

/**
 * Yields the lines of a log, each with its day. `clock` starts at 1 and has no gaps. Packages take turns.
 * @param quiet for the last packages, the number of events after which each stops: `[100, 5]` gives the last one 5
 * @param forks every package ends with two moves in a row; in the first `forks` packages these two are concurrent
 * @param heads how many of the last events are concurrent moves of the first package
 */
export function* lines({ events, packages, features, days, quiet = [], forks, heads = 0 }) {
  const all = packagesOf({ packages, features }).map((one, at) => ({
    ...one,
    head: undefined,
    step: -1,
    stops: quiet[at - packages + quiet.length] ?? Infinity,
  }))
  const moves = forks === undefined ? 0 : 2 * all.length
  const bodies = bodiesOf(all, events - moves - heads)
  let clock = 0
  const next = (body) => {
    clock += 1
    const time = FIRST_DAY + Math.floor(((clock - 1) * days * DAY_MS) / events)
    return lineOf(body, { clock, time })
  }
  for (const body of bodies) yield next(body)
  const [first] = all
  const seen = first.head
  for (let head = 0; head < heads; head += 1)
    yield next(lastMove(first, 'planned', head % 2 === 0 ? 'doing' : 'rejected', seen))
  if (moves === 0) return
  for (const [at, one] of all.entries()) {
    const seen = one.head
    yield next(lastMove(one, 'planned', 'doing', seen))
    yield next(
      at < forks ? lastMove(one, 'planned', 'rejected', seen) : lastMove(one, 'doing', 'rejected', one.head),
    )
  }
}

function* bodiesOf(all, events) {
  const slugs = [...new Set(all.map((one) => one.feature))]
  let left = events
  for (const slug of slugs) {
    if (left-- <= 0) return
    yield () => specOf(slug)
  }
  for (let round = 0; ; round += 1) {
    for (const one of all) {
      if (round >= one.stops) continue
      if (left-- <= 0) return
      yield (event_id) => nextOf(one, event_id)
    }
  }
}

/**
 * Builds the line by hand, in the envelope's key order: `JSON.stringify` is several times slower for a million lines.
 */
function lineOf(body, { clock, time }) {
  const timestamp = new Date(time).toISOString()
  const event_id = idOf(time, clock)
  const { entity_id, entity_type, event_type, payload, parent } = body(event_id)
  const what = `"event_id":"${event_id}","event_type":"${event_type}","event_version":1,"lamport_clock":${clock}`
  const whose = `"entity_id":"${entity_id}","entity_type":"${entity_type}","timestamp":"${timestamp}"`
  const who = `"actor":"${ACTORS[clock % ACTORS.length]}","causation_id":null,"correlation_id":"run-${clock % 997}"`
  const parents = parent === undefined ? '' : `"${parent}"`
  const text = `{${what},${whose},${who},"payload":${payload},"parents":[${parents}]}\n`
  return { day: timestamp.slice(0, 10), text }
}

function lastMove(one, old_status, new_status, parent) {
  return (event_id) => {
    one.head = event_id
    return workPackageEvent(one, 'WPStatusChanged', rest({ old_status, new_status }), parent)
  }
}

function specOf(slug) {
  const payload = `{"feature_slug":"${slug}",${rest({ title: `Feature ${slug}`, mission: 'software-dev', created_by: 'ines' })}`
  return { entity_id: slug, entity_type: 'FeatureSpec', event_type: 'SpecCreated', payload }
}

function nextOf(one, event_id) {
  const { type, text } = one.step < 0 ? created(one) : ROUND[one.step % ROUND.length]
  const parent = one.head
  one.head = event_id
  one.step += 1
  return workPackageEvent(one, type, text, parent)
}

function created({ id }) {
  const payload = { title: `The work of ${id}`, dependencies: [], subtasks: ['T001', 'T002'] }
  return { type: 'WPCreated', text: rest(payload) }
}

function workPackageEvent({ id, feature }, event_type, text, parent) {
  const named = OF_ITS_OWN.has(event_type) ? `"work_package_id":"${id}",` : ''
  const payload = `{"feature_slug":"${feature}",${named}${text}`
  return { entity_id: id, entity_type: 'WorkPackage', event_type, payload, parent }
}

/** The payload after its first keys. */
function rest(payload) {
  return JSON.stringify(payload).slice(1)
}

/** An ID in ULID form: ten characters of time, then sixteen that never repeat. */
function idOf(time, clock) {
  return digits(time, 10) + String(clock).padStart(16, '0')
}

function digits(value, length) {
  let text = ''
  for (let left = value; text.length < length; left = Math.floor(left / 32))
    text = CROCKFORD[left % 32] + text
  return text
}

/** A repository with a log of that shape, and the packages' files. */
export function makeRepository(root, options) {
  mkdirSync(join(root, '.kittify', 'events'), { recursive: true })
  execFileSync('git', ['init', '-q', '-b', 'main', root])
  writeLog(join(root, '.kittify', 'events'), options)
  for (const { feature, id } of packagesOf(options)) {
    const folder = join(root, 'kitty-specs', feature, 'tasks')
    mkdirSync(folder, { recursive: true })
    writeFileSync(
      join(folder, `${id}-work.md`),
      `---\nwork_package_id: ${id}\ntitle: The work of ${id}\nlane: planned\nsubtasks: [T001, T002]\n---\n\n# ${id}\n`,
    )
  }
}

function writeLog(folder, options) {
  let open
  let waiting = ''
  const flush = () => {
    if (open !== undefined) writeSync(open.fd, waiting)
    waiting = ''
  }
  const close = () => {
    flush()
    if (open !== undefined) closeSync(open.fd)
  }
  for (const { day, text } of lines(options)) {
    if (open?.day !== day) {
      close()
      open = { day, fd: openSync(join(folder, `${day}.jsonl`), 'w') }
    }
    waiting += text
    if (waiting.length > FLUSH_CHARS) flush()
  }
  close()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const number = (fallback) => ({ type: 'string', default: String(fallback) })
  const options = { events: number(1000), packages: number(20), features: number(2), days: number(10) }
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  if (positionals.length !== 1)
    throw new Error('usage: node bench/generate.mjs FOLDER [--events N --packages N --features N --days N]')
  makeRepository(
    positionals[0],
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Number(value)])),
  )
}
