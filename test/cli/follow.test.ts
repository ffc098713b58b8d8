import { execFileSync, spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { POSIX } from '../support/posix.js'
import { noteLine } from '../support/events.js'
import { nodeScript, runNode } from '../support/node-script.js'
import { kitty, outcomeOf, PROGRAM, startKitty } from '../support/program.js'
import { TempRepository } from '../support/temp-repository.js'

/** Of all four writers; `npm run test:follow` asks for 10,000. */
const EVENTS = Number(process.env['KITTY_FOLLOW_EVENTS'] ?? 800)
const WRITERS = 4
const AT_ONCE = 5
/** Far more than it takes on a machine with nothing else to do. */
const TIME_MS = 60_000 + EVENTS * 40

/** Writes as a command does, without an index: the lock, the journal, the log, the clock. Each names its own last event. */
const WRITER = `
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { monotonicFactory } from 'ulid'
import { parseEvent } from './src/core/events-lib.js'
import { FileClockStorage } from './src/core/log/file-clock-storage.js'
import { SeenClock } from './src/core/log/seen-clock.js'
import { FileLock } from './src/core/lock/file-lock.js'
import { FileJournal } from './src/core/log/repair/file-journal.js'
import { JsonlEventLog } from './src/core/log/jsonl-event-log.js'
const [root, name, count, atOnce] = process.argv.slice(2)
const nextId = monotonicFactory(() => randomBytes(1).readUInt8() / 256)
const lock = new FileLock(join(root, '.git/kitty/lock'), 120_000)
const clock = new FileClockStorage(join(root, '.kittify/clock.json'), new SeenClock(join(root, '.git/kitty/clock')))
const log = new JsonlEventLog({ eventsDir: join(root, '.kittify/events'), errorsDir: join(root, '.kittify/errors') }, new FileJournal(join(root, '.git/kitty/journal.jsonl')))
let last = []
for (let done = 0; done < Number(count); done += Number(atOnce)) {
  const held = await lock.acquire('write')
  const now = new Date()
  const next = Math.max(clock.read().own, 2)
  const ids = Array.from({ length: Number(atOnce) }, () => nextId(now.getTime()))
  const events = ids.map((id, at) => parseEvent({
    event_id: id, event_type: 'NoteAdded', event_version: 1, lamport_clock: next + at, entity_id: 'WP01',
    entity_type: 'WorkPackage', timestamp: now.toISOString(), actor: name, causation_id: null, correlation_id: null,
    payload: { feature_slug: '001-login', text: name + ' ' + (done + at) }, parents: at === 0 ? last : [ids[at - 1]] }).event)
  last = ids.slice(-1)
  clock.remember(next + events.length)
  log.append(events)
  clock.write(next + events.length, now)
  held.release()
}
`

function repository(): TempRepository {
  const made = new TempRepository()
  made.initKitty()
  return made
}

/** Resolves when the stream is open: the order of arrival is there before the first event is waited for. */
async function opened(root: string): Promise<void> {
  writeFileSync(
    join(root, '.kittify/events/2020-01-01.jsonl'),
    noteLine(1, { lamport_clock: 1, timestamp: '2020-01-01T00:00:00.000Z' }),
  )
  writeFileSync(join(root, '.kittify/clock.json'), '{"value": 2}')
}

const ids = (text: string): string[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { event_id: string }).event_id)

describe('kitty watch', () => {
  it(
    `brings ${EVENTS} events of ${WRITERS} processes to a slow reader, each exactly once, in order`,
    async () => {
      const { root } = repository()
      await opened(root)
      const script = await nodeScript(WRITER)
      const child = startKitty({ cwd: root }, 'watch', '--from', 'start', '--format', 'jsonl')
      let text = ''
      let most = 0
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
        child.stdout.pause()
        setTimeout(() => child.stdout.resume(), 2)
      })
      const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
      const writers = Array.from({ length: WRITERS }, (_, at) =>
        runNode(script, [root, `w${at}`, String(EVENTS / WRITERS), String(AT_ONCE)]),
      )
      for (const { finished: end } of writers) expect((await end).stderr).toBe('')
      for (let waited = 0; text.split('\n').length < EVENTS + 2 && waited < TIME_MS; waited += 20) {
        most = Math.max(most, residentMegabytes(child.pid))
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      child.kill('SIGTERM')
      expect(await ended).toBe(143)
      const days = join(root, '.kittify/events')
      const written = readdirSync(days)
        .filter((name) => name.endsWith('.jsonl'))
        .sort()
        .flatMap((name) => ids(readFileSync(join(days, name), 'utf8')))
      expect(written).toHaveLength(EVENTS + 1)
      expect(ids(text)).toEqual(written)
      expect(most).toBeLessThan(300)
    },
    TIME_MS,
  )

  it.runIf(POSIX)(
    'ends quietly, with what a shell expects, when it is interrupted or no one reads any more',
    async () => {
      const { root } = repository()
      await opened(root)
      const child = startKitty({ cwd: root }, 'watch', '--from', 'start', '--format', 'jsonl')
      const end = outcomeOf(child)
      await new Promise((resolve) => child.stdout.once('data', resolve))
      child.kill('SIGINT')
      expect(await end).toMatchObject({ code: 130, stderr: '' })
      const piped = `"${process.execPath}" "${PROGRAM}" agent events list --format jsonl --follow | head -0; echo "\${PIPESTATUS[0]}"`
      expect(
        execFileSync('bash', ['-c', piped], {
          cwd: root,
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'pipe'],
        }).trim(),
      ).toBe('0')
    },
  )

  it
    .runIf(POSIX)
    .each(['watch --from start', 'agent events list --follow', 'agent events list --follow --format jsonl'])(
    '%s | head -1 ends on a quiet log',
    async (words) => {
      const { root } = repository()
      await opened(root)
      const piped = `"${process.execPath}" "${PROGRAM}" ${words} | head -1; echo "\${PIPESTATUS[0]}"`
      const lines = execFileSync('bash', ['-c', piped], { cwd: root, encoding: 'utf8' }).trim().split('\n')
      expect(lines.at(-1)).toBe('0')
      expect(lines).toHaveLength(2)
    },
  )

  // Only a user who sees every process can tell whether a hidden reader is there.
  it.runIf(process.platform === 'linux' && process.getuid?.() === 0)(
    'watch ends although its reader was gone before it began, and nothing happens',
    async () => {
      const { root } = repository()
      await opened(root)
      const piped = `"${process.execPath}" "${PROGRAM}" watch | true; echo "\${PIPESTATUS[0]}"`
      expect(execFileSync('bash', ['-c', piped], { cwd: root, encoding: 'utf8' })).toBe('0\n')
    },
  )

  it('refuses --json, since one document cannot hold what has no end', async () => {
    const { root } = repository()
    const { code, stdout } = await kitty({ cwd: root }, 'watch', '--json')
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ error: { kind: 'UsageError' } })
  })
})

describe('kitty status --watch', () => {
  it('is refused where stdout is no terminal', async () => {
    const { root } = repository()
    expect(await kitty({ cwd: root }, 'status', '--watch')).toMatchObject({ code: 2, stdout: '' })
  })

  const canScript = process.platform === 'linux' && hasScript()
  if (!canScript) process.stderr.write('skipped: no script(1) to make a terminal with\n')

  it.runIf(canScript).each([
    ['q', 0],
    ['\u0003', 130],
    ['SIGTERM', 143],
    ['SIGQUIT', 131],
  ])('leaves the terminal as it found it after %j', async (how, code) => {
    const { root } = repository()
    await opened(root)
    const pidFile = join(root, 'pid')
    const command = `sh -c 'echo $$ > ${pidFile}; exec "${process.execPath}" "${PROGRAM}" status --watch'`
    const child = spawn('script', ['-qefc', command, '/dev/null'], {
      cwd: root,
      env: { ...process.env, TERM: 'xterm' },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let screen = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (screen += text))
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    for (let waited = 0; !screen.includes('q quits') && waited < 20_000; waited += 20)
      await new Promise((resolve) => setTimeout(resolve, 20))
    expect(screen).toContain('\u001b[?1049h')
    if (how.startsWith('SIG')) process.kill(Number(readFileSync(pidFile, 'utf8')), how)
    else child.stdin.write(how)
    expect(await ended).toBe(code)
    expect(screen.endsWith('\u001b[?7h\u001b[?25h\u001b[?1049l')).toBe(true)
  })
})

function hasScript(): boolean {
  try {
    execFileSync('script', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function residentMegabytes(pid: number | undefined): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid ?? 0}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    // Not on Linux, or gone: nothing to measure.
    return 0
  }
}
