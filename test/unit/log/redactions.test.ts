import { appendFileSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodeEvent, type LogEvent, stubOf } from '../../../src/core/events-lib.js'
import type { LogLine, ScanEnd } from '../../../src/core/log/event-log.js'
import { type Redaction, Redactions } from '../../../src/core/log/redactions.js'
import { FOREIGN_IDS, note, noteLine, ulid } from '../../support/events.js'
import { errorOf } from '../../support/kitty-error.js'
import { CAN_LIST_OPEN_FILES, openFiles } from '../../support/open-files.js'
import { POSIX } from '../../support/posix.js'
import { tempFolder } from '../../support/temp-folder.js'
import { gitIn } from '../../support/temp-repository.js'

/** A folder that cannot be made: a link to nowhere is in its place. */
function blockedFolder(): string {
  const folder = tempFolder()
  const link = join(folder, 'link')
  symlinkSync(join(folder, 'missing', 'below'), link)
  return link
}

const END: ScanEnd = { offset: 9, line: 1, crc: 7, tornBytes: 0, identity: 'x' }

const stub = (seed: number): LogEvent => stubOf(note(seed), 'a token')
const redaction = (seed: number, verdict: Redaction['verdict'] = 'here'): Redaction => ({
  verdict,
  event: stub(seed),
})
const lineOf = (event: LogEvent): LogLine => ({
  file: '2026-11-22.jsonl',
  line: 1,
  offset: 0,
  length: 9,
  event,
  known: true,
})

/** A scan of these lines, in one batch. */
function* scanOf(...lines: LogLine[]): Generator<LogLine[], ScanEnd> {
  yield lines
  return END
}

/** What a reader of the log gets, and where its scan ends. */
function read(scan: Generator<LogLine[], ScanEnd>): { lines: LogLine[]; end: ScanEnd } {
  const lines: LogLine[] = []
  for (;;) {
    const step = scan.next()
    if (step.done === true) return { lines, end: step.value }
    lines.push(...step.value)
  }
}

const eventsIn = (scan: Generator<LogLine[], ScanEnd>) => read(scan).lines.map(({ event }) => event)
const stored = (folder: string): string => join(folder, 'redactions.jsonl')

describe('a recorded redaction', () => {
  it.each(FOREIGN_IDS)('hides the line of the event %s of another program', (event_id) => {
    const redactions = new Redactions(tempFolder())
    const event = stubOf(note(1, { event_id }), 'a token')
    redactions.record([{ verdict: 'here', event }])
    const asRead = (line: string): string => Buffer.from(line.trimEnd()).toString('latin1')
    expect(redactions.text(asRead(noteLine(1, { event_id })))).toBe(asRead(encodeEvent(event)))
    expect(redactions.text(asRead(noteLine(1)))).toBe(asRead(noteLine(1)))
  })

  it('counts for this process and the next, and leaves other events alone', () => {
    const folder = tempFolder()
    const redactions = new Redactions(folder)
    redactions.record([redaction(1)])
    for (const one of [redactions, new Redactions(folder)]) {
      expect(one.counted(note(1))).toEqual(stub(1))
      expect(one.counted(note(2))).toEqual(note(2))
    }
  })

  it('stays when another one is recorded, also by another process, and gives way to a later verdict', () => {
    const folder = tempFolder()
    const redactions = new Redactions(folder)
    redactions.record([redaction(1, 'elsewhere')])
    expect(redactions.undecided).toEqual([redaction(1, 'elsewhere')])
    new Redactions(folder).record([redaction(2)])
    redactions.record([{ verdict: 'refused', event: note(1) }])
    const all = new Map([
      [ulid(1), { verdict: 'refused', event: note(1) }],
      [ulid(2), redaction(2)],
    ])
    expect(redactions.all).toEqual(all)
    expect(new Redactions(folder).all).toEqual(all)
    expect(redactions.undecided).toEqual([])
  })

  it('is known to a running process once that looks for news', () => {
    const folder = tempFolder()
    const running = new Redactions(folder)
    expect(running.all.size).toBe(0)
    new Redactions(folder).record([redaction(1)])
    expect(running.all.size).toBe(0)
    running.refresh()
    expect(running.all).toEqual(new Map([[ulid(1), redaction(1)]]))
    const known = running.all
    running.refresh()
    expect(running.all).toBe(known)
  })

  it.runIf(POSIX)('is for its owner’s eyes, or for those who share the repository', () => {
    const alone = tempFolder()
    new Redactions(alone).record([redaction(1)])
    expect(statSync(stored(alone)).mode & 0o777).toBe(0o600)
    const root = tempFolder()
    gitIn(root, 'init', '--quiet', '--shared=group')
    const shared = join(root, '.git', 'kitty')
    new Redactions(shared).record([redaction(1)])
    expect(statSync(stored(shared)).mode & 0o060).toBe(0o060)
    expect(new Redactions(shared).all.size).toBe(1)
    expect(statSync(stored(shared)).mode & 0o060).toBe(0o060)
  })

  it.runIf(POSIX)('says where it could not be stored', () => {
    const folder = blockedFolder()
    const error = errorOf(() => {
      new Redactions(folder).record([redaction(1)])
    })
    expect(error.message).toContain(stored(folder))
  })
})

describe('the file of redactions', () => {
  it('counts a person’s verdict more than a stub that a reader met, no matter which came first', () => {
    const folder = tempFolder()
    const line = ({ verdict, event }: Redaction): string =>
      `${JSON.stringify({ verdict, line: encodeEvent(event).trimEnd() })}\n`
    const [met, decided] = [redaction(1, 'elsewhere'), redaction(1, 'purged')]
    for (const lines of [
      [met, decided],
      [decided, met],
    ]) {
      writeFileSync(stored(folder), lines.map(line).join(''))
      expect(new Redactions(folder).all).toEqual(new Map([[ulid(1), decided]]))
    }
  })

  it.each([
    '',
    'x',
    'null',
    '1',
    '"verdict, line"',
    '{"verdict":"here"}',
    `{"line":${JSON.stringify(noteLine(7))}}`,
    `{"verdict":"maybe","line":${JSON.stringify(noteLine(7))}}`,
    '{"verdict":"here","line":"x"}',
    '{"verdict":"here","line":"{}"}',
  ])('passes over the line %s, and reads the next', (text) => {
    const folder = tempFolder()
    const redactions = new Redactions(folder)
    redactions.record([redaction(1)])
    writeFileSync(stored(folder), `${text}\n${readFileSync(stored(folder), 'utf8')}`)
    expect(new Redactions(folder).all).toEqual(new Map([[ulid(1), redaction(1)]]))
  })

  it.runIf(POSIX)('is not read through a link', () => {
    const [folder, outside] = [tempFolder(), tempFolder()]
    new Redactions(outside).record([redaction(1)])
    symlinkSync(stored(outside), stored(folder))
    expect(new Redactions(folder).all.size).toBe(0)
  })
})

describe('a scan', () => {
  it('shows a redacted event’s stub where git has brought the full line back, and nothing else changed', () => {
    const redactions = new Redactions(tempFolder())
    redactions.record([redaction(1)])
    const problem: LogLine = { file: '2026-11-22.jsonl', line: 3, offset: 9, length: 2, known: false }
    expect(read(redactions.scanned(scanOf(lineOf(note(1)), lineOf(note(2)), problem)))).toEqual({
      lines: [{ ...lineOf(stub(1)) }, lineOf(note(2)), problem],
      end: END,
    })
  })

  it('shows the full line where a person took it back', () => {
    const redactions = new Redactions(tempFolder())
    redactions.record([{ verdict: 'refused', event: note(1) }])
    expect(eventsIn(redactions.scanned(scanOf(lineOf(stub(1)))))).toEqual([note(1)])
  })

  it('goes by what another process has recorded in between', () => {
    const folder = tempFolder()
    const redactions = new Redactions(folder)
    expect(redactions.all.size).toBe(0)
    new Redactions(folder).record([redaction(1)])
    expect(eventsIn(redactions.scanned(scanOf(lineOf(note(1)))))).toEqual([stub(1)])
  })

  it('remembers a stub that came with git, for this process and the next', () => {
    const folder = join(tempFolder(), 'kitty')
    const redactions = new Redactions(folder)
    read(redactions.scanned(scanOf(lineOf(note(1)), lineOf(stub(2)))))
    for (const one of [redactions, new Redactions(folder)]) {
      expect(one.undecided).toEqual([redaction(2, 'elsewhere')])
      expect(one.counted(note(2))).toEqual(stub(2))
    }
    expect(readFileSync(stored(folder), 'utf8').split('\n')).toHaveLength(2)
  })

  it('and the pull of the hub add stubs to the end of the file, which another process may write again', () => {
    const folder = tempFolder()
    const redactions = new Redactions(folder)
    redactions.record([redaction(1)])
    const [before, bytes] = [statSync(stored(folder)).ino, readFileSync(stored(folder), 'utf8')]
    redactions.remember([stub(1), stub(2)])
    expect(statSync(stored(folder)).ino).toBe(before)
    expect(readFileSync(stored(folder), 'utf8').startsWith(bytes)).toBe(true)
    for (const one of [redactions, new Redactions(folder)])
      expect([...one.all.values()]).toEqual([redaction(1), redaction(2, 'elsewhere')])
  })

  it('remembers a stub once, also after a reader was killed in the middle of its line', () => {
    const folder = tempFolder()
    const redactions = new Redactions(folder)
    redactions.record([redaction(1)])
    appendFileSync(stored(folder), '{"verdict":"elsew')
    const reader = new Redactions(folder)
    read(reader.scanned(scanOf(lineOf(stub(1)), lineOf(stub(2)))))
    read(reader.scanned(scanOf(lineOf(stub(2)))))
    const text = readFileSync(stored(folder), 'utf8')
    expect(text.split('\n').filter((line) => line.includes(ulid(2)))).toHaveLength(1)
    expect(text).not.toContain(`elsew{`)
    expect(new Redactions(folder).all).toEqual(
      new Map([
        [ulid(1), redaction(1)],
        [ulid(2), redaction(2, 'elsewhere')],
      ]),
    )
  })

  it.runIf(POSIX)('goes on where it cannot remember, and shows the stub all the same', () => {
    const redactions = new Redactions(blockedFolder())
    expect(eventsIn(redactions.scanned(scanOf(lineOf(stub(1)))))).toEqual([stub(1)])
    expect(redactions.undecided).toEqual([redaction(1, 'elsewhere')])
  })

  it.runIf(POSIX)('shares a new file as the repository is shared', () => {
    const root = tempFolder()
    gitIn(root, 'init', '--quiet', '--shared=group')
    const folder = join(root, '.git', 'kitty')
    read(new Redactions(folder).scanned(scanOf(lineOf(stub(1)))))
    expect(statSync(stored(folder)).mode & 0o777).toBe(0o660)
    const alone = tempFolder()
    read(new Redactions(alone).scanned(scanOf(lineOf(stub(1)))))
    expect(statSync(stored(alone)).mode & 0o077).toBe(0)
  })

  it.runIf(CAN_LIST_OPEN_FILES)('leaves no file open', () => {
    const folder = tempFolder()
    read(new Redactions(folder).scanned(scanOf(lineOf(stub(1)))))
    expect(openFiles(folder)).toEqual([])
  })
})

describe('a line to put back, and a line’s text', () => {
  const raw = { event_id: ulid(1), timestamp: note(1).timestamp, bytes: Buffer.from(noteLine(1)) }

  it('are those of the stub where the event is redacted', () => {
    const redactions = new Redactions(tempFolder())
    redactions.record([redaction(1)])
    expect(redactions.line(raw)).toEqual({ ...raw, bytes: Buffer.from(encodeEvent(stub(1))) })
    expect(redactions.text(noteLine(1).trimEnd())).toBe(encodeEvent(stub(1)).trimEnd())
  })

  it('are as they were for other events, and where nothing is redacted', () => {
    const none = new Redactions(tempFolder())
    const another = new Redactions(tempFolder())
    another.record([redaction(2)])
    for (const redactions of [none, another]) {
      expect(redactions.line(raw)).toBe(raw)
      expect(redactions.text(noteLine(1).trimEnd())).toBe(noteLine(1).trimEnd())
      expect(redactions.text('no event')).toBe('no event')
    }
  })

  it('keep the bytes of every character, one per byte in the text', () => {
    const redactions = new Redactions(tempFolder())
    const event = stubOf(note(1), 'Ærø 猫')
    redactions.record([{ verdict: 'here', event }])
    expect(Buffer.from(redactions.text(noteLine(1)), 'latin1').toString('utf8')).toBe(
      encodeEvent(event).trimEnd(),
    )
  })
})
