import { closeSync, constants, fstatSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { systemCode } from '../errors/kitty-error.js'
import { encodeEvent, isStub, type LogEvent, parseEvent } from '../events-lib.js'
import { identityOf, writeFully } from '../files/open-file.js'
import { readPrivateFile, writePrivateFile } from '../files/private-file.js'
import { permissionsFor, shareNewFile } from '../git/new-file-mode.js'
import { makeFolder } from '../git/shared-folder.js'
import { rawLine } from './archive/raw-line.js'
import type { LogLine, RawLine, ScanEnd } from './event-log.js'
import { openRegular } from '../platform/open-regular.js'

/**
 * Why a line counts here whatever the log's files say.
 * - `here`: a person redacted the event in this clone.
 * - `elsewhere`: a stub came with git; this clone may still keep the full line.
 * - `purged`: the same, and the full line is gone here.
 * - `refused`: a person took the full line back; the stub does not count.
 */
type Verdict = 'here' | 'elsewhere' | 'purged' | 'refused'

export interface Redaction {
  readonly verdict: Verdict
  /** The line that counts: the stub, or the full line of a refused one. */
  readonly event: LogEvent
}

/**
 * The redacted events that this clone knows, in the private folder. Git can bring a full line back at any time, with a
 * checkout or a stash; what counts is here, so no reader and no repair shows it again. docs/trust.md, "Removal on
 * purpose".
 */
export class Redactions {
  #known: Map<string, Redaction> | undefined
  /** The file's identity when it was read; empty if there was none. */
  #identity = ''
  readonly #path: string

  constructor(privateDir: string) {
    this.#path = join(privateDir, 'redactions.jsonl')
  }

  get all(): ReadonlyMap<string, Redaction> {
    return (this.#known ??= this.#read())
  }

  /** Stubs that came with git, about which no one has decided here. */
  get undecided(): Redaction[] {
    return [...this.all.values()].filter(({ verdict }) => verdict === 'elsewhere')
  }

  /**
   * Reads them again if another process has redacted since: a process that waited for the lock, or runs all day, would
   * take a full line that git brings back for an ordinary one. One stat.
   */
  refresh(): void {
    if (this.#known !== undefined && this.#identityNow() !== this.#identity) this.#known = undefined
  }

  /** Durable when it returns. Needs the write lock: it writes the file again. @throws KittyError NotWritable, DiskFull */
  record(redactions: readonly Redaction[]): void {
    const next = new Map(this.#read())
    for (const one of redactions) next.set(one.event.event_id, one)
    writePrivateFile(this.#path, [...next.values()].map(lineOf).join(''), true, permissionsFor(this.#path))
    this.#known = next
  }

  /** The event as it counts here. */
  counted(event: LogEvent): LogEvent {
    return this.all.get(event.event_id)?.event ?? event
  }

  /** Replaces lines whose event is redacted or refused, and remembers stubs that came with git. */
  *scanned(lines: Generator<LogLine[], ScanEnd>): Generator<LogLine[], ScanEnd> {
    this.refresh()
    for (;;) {
      const step = lines.next()
      if (step.done === true) return step.value
      this.remember(step.value.flatMap(({ event }) => (event && isStub(event) ? [event] : [])))
      yield this.all.size === 0 ? step.value : step.value.map((line) => this.#replaced(line))
    }
  }

  /** The line to put back for an acknowledged one. */
  line(line: RawLine): RawLine {
    const found = this.all.get(line.event_id)
    return found === undefined ? line : { ...line, bytes: Buffer.from(encodeEvent(found.event)) }
  }

  /** The text of a line as it counts here. @param text Latin-1, without its newline */
  text(text: string): string {
    if (this.all.size === 0) return text
    const found = this.all.get(rawLine(Buffer.from(text, 'latin1'))?.event_id ?? '')
    return found === undefined ? text : Buffer.from(encodeEvent(found.event).trimEnd()).toString('latin1')
  }

  #replaced(line: LogLine): LogLine {
    const found = line.event && this.all.get(line.event.event_id)
    return found === undefined ? line : { ...line, event: found.event }
  }

  /**
   * Takes over stubs that came from elsewhere, but those about which something is known. Needs no lock. Best effort: a
   * reader may not be able to write here, and the next one remembers.
   */
  remember(stubs: readonly LogEvent[]): void {
    const fresh = stubs.filter(({ event_id }) => !this.all.has(event_id))
    if (fresh.length === 0) return
    const redactions = fresh.map((event): Redaction => ({ verdict: 'elsewhere', event }))
    for (const one of redactions) this.#known?.set(one.event.event_id, one)
    try {
      makeFolder(dirname(this.#path))
      // Readers hold no lock: they only append, and a later `record` writes the file again.
      const { O_APPEND, O_CREAT, O_WRONLY } = constants
      const fd = openRegular(this.#path, O_APPEND | O_CREAT | O_WRONLY, 0o600)
      try {
        shareNewFile(fd, this.#path)
        // A reader that was killed may have left a part of a line: it must not swallow the next.
        const end = fstatSync(fd).size === 0 ? '' : '\n'
        writeFully(fd, Buffer.from(end + redactions.map(lineOf).join('')))
      } finally {
        closeSync(fd)
      }
    } catch (error) {
      if (systemCode(error) === undefined) throw error
    }
  }

  #read(): Map<string, Redaction> {
    const known = new Map<string, Redaction>()
    // Before the bytes: what comes in between is read again.
    this.#identity = this.#identityNow()
    // Almost every clone has none: one stat.
    if (this.#identity === '') return known
    for (const text of (readPrivateFile(this.#path, permissionsFor(this.#path)) ?? '').split('\n')) {
      const found = redactionIn(text)
      if (found === undefined) continue
      // A person's word counts more than a stub that a reader met.
      if (found.verdict !== 'elsewhere' || !known.has(found.event.event_id))
        known.set(found.event.event_id, found)
    }
    return known
  }

  #identityNow(): string {
    const stats = statSync(this.#path, { bigint: true, throwIfNoEntry: false })
    return stats === undefined ? '' : identityOf(stats)
  }
}

function lineOf({ verdict, event }: Redaction): string {
  return `${JSON.stringify({ verdict, line: encodeEvent(event).trimEnd() })}\n`
}

const VERDICTS: ReadonlySet<unknown> = new Set<Verdict>(['here', 'elsewhere', 'purged', 'refused'])

function redactionIn(text: string): Redaction | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('verdict' in value) || !('line' in value))
      return undefined
    const parsed = parseEvent(JSON.parse(String(value.line)))
    // Cast: the set has only verdicts.
    return parsed.ok && VERDICTS.has(value.verdict)
      ? { verdict: value.verdict as Verdict, event: parsed.event }
      : undefined
  } catch {
    return undefined
  }
}
