import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Notices } from '../../../src/core/errors/notices.js'
import { encodeEvent, type LogEvent } from '../../../src/core/events-lib.js'
import { HubStatus, type HubStatusResult } from '../../../src/core/services/hub/hub-status.js'
import { InitHub } from '../../../src/core/services/hub/init-hub.js'
import { JoinHub } from '../../../src/core/services/hub/join-hub.js'
import { MoveTask, type MoveResult } from '../../../src/core/services/moves/move-task.js'
import { type NoteResult, NoteTask } from '../../../src/core/services/packages/note-task.js'
import { Verify } from '../../../src/core/services/verify/verify.js'
import { EventStore, type Provenance } from '../../../src/core/store/event-store.js'
import { OWN_LOG, linesIn } from './log-lines.js'
import type { ServiceId } from '../../../src/core/token.js'
import { cloneOf, commitLog, FEATURE, kittyIn, project } from '../../support/kitty.js'
import type { HubSetting } from '../../../src/core/workspace/hub-setting.js'
import type { PostgresServer } from './postgres-server.js'

/** A read asks the hub unless it was read two seconds ago. */
const LATER = 3_000

/** One clone. Every method is what one process does: it opens a container of its own and closes it. */
export class Member {
  /** Sentences that the last call told the user. */
  warnings: readonly string[] = []
  /** Added to the time of the day, in milliseconds. */
  later = 0

  constructor(
    readonly folder: string,
    readonly name: string,
    public env: Record<string, string>,
  ) {}

  async run<S, T>(id: ServiceId<S>, work: (service: S) => Promise<T>, later = 0): Promise<T> {
    const now = (): Date => new Date(Date.now() + this.later + later)
    const resolver = kittyIn(this.folder, { KITTY_ACTOR: this.name, ...this.env }, now)
    try {
      return await work(await resolver.resolve(id))
    } finally {
      await (await resolver.resolve(EventStore)).close()
      this.warnings = (await resolver.resolve(Notices)).all
    }
  }

  move(to: string, workPackage = 'WP01', more: Partial<MoveOptions> = {}): Promise<MoveResult> {
    const { expect, offline = false, key = null, force = false } = more
    const provenance: Provenance = { actor: this.name, causationId: key, correlationId: null, offline }
    const reason = force ? 'by force' : undefined
    return this.run(MoveTask, (service) =>
      service.move({ feature: FEATURE, workPackage, to, force, reason, expect, provenance }),
    )
  }

  note(text: string, workPackage = 'WP01'): Promise<NoteResult> {
    const provenance = { actor: this.name, causationId: null, correlationId: null }
    return this.run(NoteTask, (service) => service.note({ feature: FEATURE, workPackage, text, provenance }))
  }

  /** As the hub and the log have it now. */
  async lane(workPackage = 'WP01'): Promise<string | undefined> {
    await this.status()
    return this.run(EventStore, async (store) => (await store.workPackage(FEATURE, workPackage))?.lane, LATER)
  }

  /** Every event of this clone, with what the hub has brought, by ID. */
  async events(): Promise<Map<string, string>> {
    const events = await this.run(EventStore, (store) => store.wholeLog(), LATER)
    return new Map(events.map((event: LogEvent) => [event.event_id, encodeEvent(event).trimEnd()]))
  }

  /** The lines of the log itself, as git will have them. */
  ownLines(): string[] {
    return linesIn(this.folder, OWN_LOG)
  }

  status(): Promise<HubStatusResult> {
    return this.run(HubStatus, (service) => service.status())
  }

  async problems(): Promise<string[]> {
    const { problems } = await this.run(Verify, (service) => service.verify())
    return problems.map(({ kind, message }) => `${kind}: ${message}`)
  }

  hub(): Partial<HubSetting> {
    // Cast: `kitty hub init` wrote it.
    return (JSON.parse(readFileSync(this.#config, 'utf8')) as { hub: HubSetting }).hub
  }

  /** Changes the hub that `config.json` names, as a pull may. */
  configure(hub: Partial<HubSetting>): void {
    const known = existsSync(this.#config) ? this.hub() : {}
    writeFileSync(this.#config, JSON.stringify({ hub: { ...known, ...hub } }))
  }

  get #config(): string {
    return join(this.folder, '.kittify', 'config.json')
  }

  join(): Promise<unknown> {
    return this.run(JoinHub, (service) => service.join(true))
  }
}

export interface MoveOptions {
  readonly expect: string
  readonly offline: boolean
  readonly key: string
  readonly force: boolean
}

/** The team of two that most tests need: ada has made the hub, bob has joined it. */
export async function pair(server: PostgresServer, hosts?: string[]): Promise<[ada: Member, bob: Member]> {
  const [ada, bob] = await team(server, ['ada', 'bob'], hosts)
  if (ada === undefined || bob === undefined) throw new Error('two members')
  return [ada, bob]
}

/**
 * A project whose first clone has made the hub, with clones that have joined it.
 * @param start the first clone; undefined: one of its own
 */
export async function team(
  server: PostgresServer,
  names: readonly string[],
  hosts = [server.host],
  start?: string,
): Promise<Member[]> {
  const folder = start ?? (await project())
  const [first = 'ada', ...others] = names
  const ada = new Member(folder, first, { KITTY_HUB: server.url(undefined, hosts[0]) })
  await ada.run(InitHub, (service) => service.init({ hosts, database: 'kitty', isNew: false }))
  commitLog(folder)
  await ada.status()
  const members = [ada]
  for (const name of others) {
    const member = new Member(await cloneOf(folder), name, { KITTY_HUB: server.url(undefined, hosts[0]) })
    await member.join()
    await member.status()
    members.push(member)
  }
  return members
}
