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

/** What an append does to the leases of packages. */
export interface LeaseChanges {
  /** Of this clone. */
  readonly clone: string
  /** How long a lease lasts. */
  readonly ms: number
  /** Moves into a working lane. */
  readonly claims: readonly {
    readonly stream: string
    readonly event: string
    readonly actor: string
    readonly session: string | null
  }[]
  /** Streams that a move took out of the working lanes. */
  readonly ends: readonly string[]
  /** Holders whose lease goes on, if this clone has it. */
  readonly renews: readonly Renews[]
}

export interface Renews {
  readonly stream: string
  /** As `actorKey` spells it. */
  readonly actor: string
  readonly session: string | null
}

/** What a hub says of a package's holder. */
export interface HubLease {
  readonly stream: string
  /** The move that it belongs to. */
  readonly event: string
  readonly clone: string
  /** By the server's clock; below 0 once it has ended. */
  readonly left_ms: number
}

/** What a clone keeps up to date apart from the events. */
export interface Lately {
  readonly leases: readonly HubLease[]
  /** IDs of redacted events. */
  readonly redacted: readonly string[]
  /** The last day that was trimmed, `YYYY-MM-DD`; null if none was. */
  readonly trimmed: string | null
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
  append(
    events: readonly Outgoing[],
    expects: ReadonlyMap<string, number>,
    leases?: LeaseChanges,
  ): Promise<Appended[]>
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
  /** Undefined for a hub whose tables are older. */
  lately(): Promise<Lately | undefined>
  /** @returns whether this clone has the holder's lease now */
  renew(lease: Renews, clone: string, ms: number): Promise<boolean>
  /** Holds a name for one clone at a time; 0 milliseconds let it go. @returns false while another clone holds it */
  hold(name: string, clone: string, ms: number): Promise<boolean>
  /** Puts `line`, the event without its content, in place of the event's line, for good. */
  redact(eventId: string, why: string, line: Buffer): Promise<void>
  /** The IDs of every event before this day, by day. */
  before(day: string): Promise<ReadonlyMap<string, readonly string[]>>
  /**
   * Removes the events before this day, but for the last one of each stream.
   * @param days what the caller knows to be in the trunk @returns how many were removed
   * @throws KittyError HubDenied if the hub has another event there
   */
  trim(day: string, days: ReadonlyMap<string, readonly string[]>): Promise<number>
  /** Calls `look` whenever there may be something new, until the connection ends or `signal` is aborted. */
  listen(look: () => void, signal: AbortSignal): Promise<void>
  /** The calls that follow share this many milliseconds; after that, the connection is gone. Infinity: a minute each. */
  allow(ms: number): void
  /** Which server answered, for people: `db1.example:5432`. */
  readonly server: string
  /** The server's timeline, which a promotion raises. */
  readonly timeline: number
  close(): Promise<void>
}
