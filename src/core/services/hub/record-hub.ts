import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { Exclusive } from '../../../aspects/exclusive.js'
import { KittyError } from '../../errors/kitty-error.js'
import { shownCommand } from '../../errors/next-step.js'
import { type LogEvent, parseEvent } from '../../events-lib.js'
import { changeFile } from '../../files/put-over.js'
import { readOwn } from '../../files/work-tree.js'
import type { Hub } from '../../hub/hub.js'
import { HubDoor } from '../../hub/hub-door.js'
import { HubLeases } from '../../hub/hub-leases.js'
import { HubLock } from '../../hub/hub-lock.js'
import { LocalEvents } from '../../hub/local-events.js'
import { Receive } from '../../hub/receive.js'
import { Trunk } from '../../hub/trunk.js'
import { recordedFile } from '../../log/format/day-file.js'
import { mergeLines } from '../../log/format/merge-lines.js'
import { rawLinesIn } from '../../log/format/raw-lines.js'
import { EventStore } from '../../store/event-store.js'
import { parseDuration } from '../../workspace/config.js'
import { Session } from '../../workspace/session.js'
import { Workspace } from '../../workspace/workspace.js'
import { groupBy } from '../../log/group-by.js'

const CONNECT_MS = 5_000
/** A run that was killed keeps others away for so long. */
const HOLD_MS = 10 * 60_000
/** Of one day's file. */
const MOST_BYTES = 512 * 1024 * 1024
const EMPTY = Buffer.alloc(0)

export interface RecordHubResult {
  /** Another clone is at it; nothing was done. */
  readonly already_running: boolean
  /** Events that were added to files. */
  readonly recorded: number
  /** Relative to the repository's root, with `/`. */
  readonly files: readonly string[]
}

/**
 * Writes into the log what only the hub has, for machines that were lost before a push. What is written depends on the
 * hub and the branches alone, so that two runs make the same bytes.
 */
@injectable()
export class RecordHub {
  constructor(
    @inject(HubDoor) private readonly door: HubDoor,
    @inject(Receive) private readonly receive: Receive,
    @inject(LocalEvents) private readonly local: LocalEvents,
    @inject(HubLeases) private readonly leases: HubLeases,
    @inject(Trunk) private readonly trunk: Trunk,
    @inject(EventStore) readonly store: EventStore,
    @inject(HubLock) private readonly lock: HubLock,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Session) private readonly session: Session,
  ) {}

  /**
   * @param age such as `2d`: days that ended so long ago
   * @param all also what other branches of the remotes have, and HEAD lacks
   * @throws KittyError UsageError for an age that is none; HubUnreachable, HubDenied, HubTooOld, HubMismatch
   */
  async record(age: string, all: boolean): Promise<RecordHubResult> {
    const ms = parseDuration(age)
    if (ms === undefined) throw noAge()
    const before = new Date(this.session.now().getTime() - ms).toISOString().slice(0, 10)
    const hub = await this.door.open(CONNECT_MS)
    const { clone } = this.leases
    try {
      hub.allow(Infinity)
      if (!(await hub.hold('record', clone, HOLD_MS)))
        return { already_running: true, recorded: 0, files: [] }
      try {
        return { already_running: false, ...(await this.write(hub, before, all)) }
      } finally {
        await hub.hold('record', clone, 0)
      }
    } finally {
      await hub.close()
    }
  }

  @Exclusive
  protected async write(
    hub: Hub,
    before: string,
    all: boolean,
  ): Promise<Pick<RecordHubResult, 'recorded' | 'files'>> {
    await this.lock.hold(() => this.receive.toTheEnd(hub, { compares: true }))
    const inGit = all ? this.trunk.idsOfHead() : this.trunk.idsOfRemotes()
    const old = [...(await hub.before(before)).values()].flat()
    const wanted = await this.#closed(
      old.filter((id) => !inGit.has(id)),
      this.trunk.idsOfHead(),
    )
    let recorded = 0
    const files: string[] = []
    for (const [day, lines] of byDay(wanted)) {
      const added = this.#merge(day, lines)
      if (added === 0) continue
      recorded += added
      files.push(`.kittify/events/${recordedFile(day)}`)
    }
    return { recorded, files: files.sort() }
  }

  /** With the ancestors that HEAD lacks, so that what is committed names no parent that is nowhere. */
  async #closed(ids: readonly string[], inHead: ReadonlySet<string>): Promise<Line[]> {
    const found = new Map<string, Line>()
    for (let wanted = [...ids]; wanted.length > 0;) {
      const lines = (await this.local.lines(wanted)).flatMap(({ bytes }) => parsed(bytes))
      for (const line of lines) found.set(line.event.event_id, line)
      const parents = lines.flatMap(({ event }) => event.parents ?? [])
      wanted = [...new Set<string>(parents)].filter((id) => !found.has(id) && !inHead.has(id))
    }
    return [...found.values()]
  }

  /** @returns how many lines the file lacked */
  #merge(day: string, lines: readonly Line[]): number {
    const { root, eventsDir } = this.workspace
    const path = join(eventsDir, recordedFile(day))
    let added: readonly Line[] = []
    changeFile(root, path, () => {
      const before = readOwn(root, path, MOST_BYTES)
      const known = new Set(rawLinesIn(before ?? EMPTY).map(({ event_id }) => event_id))
      added = lines.filter(({ event }) => !known.has(event.event_id))
      if (added.length === 0) return undefined
      const { bytes } = mergeLines([before ?? EMPTY, ...added.map(({ bytes }) => bytes)])
      return { before, after: bytes }
    })
    return added.length
  }
}

interface Line {
  readonly event: LogEvent
  /** Newline included. */
  readonly bytes: Buffer
}

function parsed(bytes: Buffer): Line[] {
  const result = parseEvent(JSON.parse(bytes.toString('utf8')))
  return result.ok ? [{ event: result.event, bytes }] : []
}

function byDay(lines: readonly Line[]): Map<string, Line[]> {
  return groupBy(lines, ({ event }) => event.timestamp.slice(0, 10))
}

function noAge(): KittyError {
  return new KittyError('UsageError', '--older-than takes a time, such as 2d.', {
    nextSteps: shownCommand(['kitty', 'hub', 'record', '--older-than', '2d']),
  })
}
