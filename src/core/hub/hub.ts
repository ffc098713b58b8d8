/** A position in the hub's order: the number and the ID of the newest event seen. */
export interface HubCursor {
  readonly seq: number
  readonly event_id: string
}

/** Before the first event. */
export const HUB_START: HubCursor = { seq: 0, event_id: '' }

/** An event to send. */
export interface Outgoing {
  readonly event_id: string
  /** `017/WP05`, or `017` for the feature itself. See `streamOf`. */
  readonly stream: string
  /** `YYYY-MM-DD`, of the event's timestamp. */
  readonly day: string
  /** The line, byte for byte, without its newline. */
  readonly line: Buffer
}

/**
 * `appended` · `duplicate`: the hub has it, byte for byte · `differs`: the hub has this ID with other bytes · `refused`:
 * the streams have moved on, or another event of the same append cannot be stored · `void`: given up by its writer ·
 * `redacted`.
 */
export type AppendAnswer = 'appended' | 'duplicate' | 'differs' | 'refused' | 'void' | 'redacted'

export interface Appended {
  readonly event_id: string
  readonly answer: AppendAnswer
}

export interface Received {
  readonly seq: number
  readonly event_id: string
  readonly stream: string
  /** The database role that sent it. */
  readonly role: string
  /** Without a newline; empty once redacted. Input: parse it like a line of a file. */
  readonly line: Buffer
}

/** Equal for two sides that have the same events of that day. */
export interface HubDay {
  readonly day: string
  readonly events: number
  /** XOR over the first 64 bits of each ID's MD5, as 16 hexadecimal digits. */
  readonly sum: string
}

export interface HubRepo {
  /** Number of the newest event. */
  readonly seq: number
  /** The repository's first commits. */
  readonly roots: readonly string[]
  /** What the role that asks may do. */
  readonly may: string
}

/**
 * One repository's events on a server that several clones share. It is never the record: every event is in the log of a
 * clone first, or is put there as soon as its writer knows that the hub has it. All methods throw KittyError:
 * HubUnreachable, HubDenied, HubTooOld.
 */
export interface Hub {
  /**
   * Stores all events or none. An append that is repeated answers `duplicate`. If no answer arrives, `settle` decides.
   * @param expects the version of every stream that the decision read; empty for an append without a condition
   */
  append(events: readonly Outgoing[], expects: ReadonlyMap<string, number>): Promise<Appended[]>
  /** `made`: the append was carried out. `void`: it was not, and never will be. */
  settle(eventId: string): Promise<'made' | 'void'>
  /** The number of events of each stream; 0 for a stream without one. */
  versions(streams: readonly string[]): Promise<ReadonlyMap<string, number>>
  /** The events after the cursor in their order; `reset` if the hub no longer has the cursor's event there. */
  since(cursor: HubCursor, limit: number): Promise<readonly Received[] | 'reset'>
  /** The newest event; `HUB_START` without one. */
  head(): Promise<HubCursor>
  about(): Promise<HubRepo>
  /** @param may `read`, `append`, `own` or `none` */
  setMember(role: string, may: string): Promise<void>
  days(): Promise<readonly HubDay[]>
  idsOf(days: readonly string[]): Promise<readonly string[]>
  /** The events with these IDs, in the hub's order. */
  lines(ids: readonly string[]): Promise<readonly Received[]>
  /** Calls `look` whenever there may be something new, until the connection ends or `signal` is aborted. */
  listen(look: () => void, signal: AbortSignal): Promise<void>
  /** The calls that follow share this many milliseconds; after that, the connection is gone. Infinity ends the limit. */
  allow(ms: number): void
  /** Which server answered, for people: `db1.example:5432`. */
  readonly server: string
  /** The server's timeline, which a promotion raises. */
  readonly timeline: number
  close(): Promise<void>
}
