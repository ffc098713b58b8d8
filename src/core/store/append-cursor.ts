import { CLOCK_GAP, entityKey, type LogEvent } from '../events-lib.js'
import type { AppendedLine, EventLog, ScanPosition } from '../log/event-log.js'
import { inodeOf } from '../files/open-file.js'
import type { Draft } from './event-store.js'

const NAME = String.raw`"([ !#-[\]-~]+)"`
const ANY = String.raw`"[^"\\]*"`
/** A line as kitty writes it: its clock value, and in ASCII what tells its entity. */
const PLAIN_LINE = new RegExp(
  [
    String.raw`^\{"event_id":"\w{26}","event_type":${ANY},"event_version":\d+,"lamport_clock":(\d{1,15})`,
    `"entity_id":${NAME},"entity_type":${NAME},"timestamp":${ANY},"actor":${ANY}`,
    `"causation_id":(?:null|${ANY}),"correlation_id":(?:null|${ANY})`,
    String.raw`"payload":\{"feature_slug":${NAME}.*\}$`,
  ].join(','),
)
const LINE_START = '{"event_id":'

/** Then the index is brought up to date again, so that whoever reads next has little to take in. */
const MOST_EMITS = 200

/**
 * What a process that emits again and again knows of the log without asking the index: the greatest clock value, and
 * the heads of the entities it has written to. It holds while nothing happens to the log but appends to the file it
 * knows, which it reads on. Whatever else it meets ends it, and the index is asked as ever: a file that came, went or
 * was replaced, a line that is no plain event. For the holder of the write lock alone.
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

  /** From what was just appended; undefined where it is no longer the end of its file. @param greatest The log's trusted maximum before. */
  static behind(log: EventLog, lines: readonly AppendedLine[], greatest: number): AppendCursor | undefined {
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
      tail.#heads.set(entityKey(event), [event.event_id])
      if (!tail.#take(event)) return undefined
    }
    return tail
  }

  /** Reads what others have appended since. @returns false when something else has happened: this tail is of no more use. */
  follow(): boolean {
    const file = this.log.find(this.file)
    if (file === undefined || inodeOf(file.identity) !== this.inode || file.size < this.position.offset)
      return false
    if (this.#emits >= MOST_EMITS || this.log.folderState() !== this.folder) return false
    return file.size === this.position.offset || this.#passOver(file.size) || this.#readOn(file.size)
  }

  /** Whether it has the heads of everything these are about. */
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

  /** Takes in what its holder has appended. @returns as `follow`. */
  append(lines: readonly AppendedLine[]): boolean {
    this.#emits += 1
    for (const { event, file, offset, length } of lines) {
      if (file !== this.file || offset !== this.position.offset || !this.#take(event)) return false
      this.position = { ...this.position, offset: offset + length }
    }
    return true
  }

  /** Past plain lines about other entities: where many write at once, hardly any other kind is met. */
  #passOver(size: number): boolean {
    const { offset } = this.position
    const text = this.log.readLine({ file: this.file, offset, length: size - offset })
    if (text === undefined) return false
    let greatest = this.greatest
    for (const line of text.split('\n')) {
      const plain = PLAIN_LINE.exec(line)
      // What begins once more is two lines without a newline between them.
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
    // Of a clock that cannot be true, and of events that name no parents, the index knows what to make.
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
