import { CLOCK_GAP, entityKey, type LogEvent } from '../events-lib.js'
import type { AppendedLine, EventLog, ScanPosition } from '../log/event-log.js'
import { inodeOf } from '../files/open-file.js'
import type { Draft } from './event-store.js'

const NAME = String.raw`"([ !#-[\]-~]+)"`
const ANY = String.raw`"[^"\\]*"`
/** A line as kitty writes it, with its clock value and, in ASCII, the fields that identify its entity. */
const PLAIN_LINE = new RegExp(
  [
    String.raw`^\{"event_id":"\w{26}","event_type":${ANY},"event_version":\d+,"lamport_clock":(\d{1,15})`,
    `"entity_id":${NAME},"entity_type":${NAME},"timestamp":${ANY},"actor":${ANY}`,
    `"causation_id":(?:null|${ANY}),"correlation_id":(?:null|${ANY})`,
    String.raw`"payload":\{"feature_slug":${NAME}.*\}$`,
  ].join(','),
)
const LINE_START = '{"event_id":'

/** After this many emits we bring the index up to date, so that the next reader has little to ingest. */
const MOST_EMITS = 200

/**
 * What a process that emits repeatedly knows of the log without querying the index: the greatest clock value, and the
 * heads of the entities it has written to. It stays valid while the log only grows by appends to the one file it knows,
 * which it reads on from its last position. Anything else invalidates it, and the store queries the index again: a file
 * that was added, removed or replaced, or a line that is not a plain event. Only the holder of the write lock may use
 * it.
 */
export class AppendCursor {
  readonly #heads = new Map<string, readonly string[]>()
  #emits = 0

  private constructor(
    private readonly log: EventLog,
    private readonly file: string,
    private readonly inode: string,
    private readonly folder: string,
    private position: ScanPosition,
    private greatest: number,
  ) {}

  /**
   * Starts after the lines just appended; undefined when they are no longer the end of their file.
   * @param known.greatest the log's trusted maximum before the append
   * @param known.heads the heads after it, by `entityKey`
   */
  static behind(
    log: EventLog,
    lines: readonly AppendedLine[],
    { greatest, heads }: { readonly greatest: number; heads: (key: string) => readonly string[] },
  ): AppendCursor | undefined {
    const [first] = lines
    const last = lines.at(-1)
    const file = first && log.find(first.file)
    if (last === undefined || file?.size !== last.offset + last.length) return undefined
    const position = { offset: file.size, line: 0, crc: 0 }
    const tail = new AppendCursor(
      log,
      file.name,
      inodeOf(file.identity),
      log.folderState(),
      position,
      greatest,
    )
    for (const { event } of lines) {
      if (!tail.#take(event)) return undefined
      tail.#heads.set(entityKey(event), heads(entityKey(event)))
    }
    return tail
  }

  /**
   * Reads what others have appended since. @returns false when anything else has changed: this cursor is no longer
   * valid
   */
  follow(): boolean {
    const file = this.log.find(this.file)
    if (file === undefined || inodeOf(file.identity) !== this.inode || file.size < this.position.offset)
      return false
    if (this.#emits >= MOST_EMITS || this.log.folderState() !== this.folder) return false
    return file.size === this.position.offset || this.#passOver(file.size) || this.#readOn(file.size)
  }

  /** Whether it knows the heads of every entity in the drafts. */
  knows(drafts: readonly Draft[]): boolean {
    return drafts.every((draft) => this.#heads.has(entityKey(draft)))
  }

  /** The log's greatest trusted clock value. */
  get maximum(): number {
    return this.greatest
  }

  heads(key: string): readonly string[] {
    return this.#heads.get(key) ?? []
  }

  /** Records the holder's own append. @returns as `follow` */
  append(lines: readonly AppendedLine[]): boolean {
    this.#emits += 1
    for (const { event, file, offset, length } of lines) {
      if (file !== this.file || offset !== this.position.offset || !this.#take(event)) return false
      this.position = { ...this.position, offset: offset + length }
    }
    return true
  }

  /** Skips plain lines about other entities: with many concurrent writers, almost all lines are of this kind. */
  #passOver(size: number): boolean {
    const { offset } = this.position
    const text = this.log.readLine({ file: this.file, offset, length: size - offset })
    if (text === undefined) return false
    let greatest = this.greatest
    for (const line of text.split('\n')) {
      const plain = PLAIN_LINE.exec(line)
      // A second line start means two lines without a newline between them.
      if (plain === null || line.lastIndexOf(LINE_START) > 0) return false
      const [, clock, id, type, feature] = plain
      if (this.#heads.has(`${feature}\n${type}\n${id}`) || Number(clock) > greatest + CLOCK_GAP) return false
      greatest = Math.max(greatest, Number(clock))
    }
    this.greatest = greatest
    this.position = { ...this.position, offset: size }
    return true
  }

  #readOn(size: number): boolean {
    const scan = this.log.scan(this.file, this.position)
    let step = scan.next()
    while (!step.done) {
      for (const { event, problem } of step.value)
        if (event === undefined || problem !== undefined || !this.#take(event)) return false
      step = scan.next()
    }
    const { offset, line, crc, identity } = step.value
    this.position = { offset, line, crc }
    return offset === size && inodeOf(identity) === this.inode
  }

  #take(event: LogEvent): boolean {
    const { parents, lamport_clock: clock, event_id: id } = event
    // Leave these to the index: an event with an implausible clock, and an event without parents.
    if (parents === undefined || clock > this.greatest + CLOCK_GAP) return false
    this.greatest = Math.max(this.greatest, clock)
    const key = entityKey(event)
    const heads = this.#heads.get(key)
    if (heads !== undefined) this.#heads.set(key, [...without(heads, [...parents, id]), id])
    return true
  }
}

function without(heads: readonly string[], gone: readonly string[]): string[] {
  return heads.filter((head) => !gone.includes(head))
}
