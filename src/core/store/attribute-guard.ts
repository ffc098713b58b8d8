import { inject, injectable } from 'inversify'
import { isKittyError, KittyError } from '../errors/kitty-error.js'
import type { LogEvent } from '../events-lib.js'
import { dayOf } from '../log/format/day-file.js'
import { type HostileAttribute, hostileAttributes } from '../git/log-attributes.js'
import { ensureMergeDrivers } from '../git/merge-driver-config.js'
import { unmergedLines } from '../log/repair/unmerged-lines.js'
import { Workspace } from '../workspace/workspace.js'
import { EventLog, type RawLine } from '../log/event-log.js'
import { Notices } from '../errors/notices.js'
import { shownCommand } from '../errors/next-step.js'

const SAYS: Readonly<Record<HostileAttribute['effect'], string>> = {
  'changes bytes': 'git stores other bytes than were written',
  'rewrites $Id': 'git rewrites $Id in it',
  'line ends': 'Windows line ends, which the next write takes away again',
  'no merge': 'git leaves their side out of a conflict',
}

/** Protects the log from hostile git attributes: those in the repository's .gitattributes that would change the log. */
@injectable()
export class AttributeGuard {
  constructor(
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(EventLog) private readonly log: EventLog,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  /**
   * Refuses to append when git would not return the events unchanged, and warns about other hostile attributes.
   * @returns whether the log has no hostile attribute
   * @throws KittyError UnsafeSetup naming the attribute
   */
  beforeAppend(events: readonly LogEvent[]): boolean {
    this.#ensureMergeDrivers()
    const days = new Set(events.map((event) => dayOf(event.timestamp)))
    const hostile = hostileAttributes(this.workspace, () => [...days].map((day) => `${day}.jsonl`))
    for (const { attribute, effect } of hostile) {
      const says = `Git's attribute ${attribute} holds for the log in ${this.workspace.eventsDir}: ${SAYS[effect]}`
      const rewritesId = effect === 'rewrites $Id' && JSON.stringify(events).includes('$Id')
      if (effect === 'changes bytes' || rewritesId) throw this.#unsafe(attribute, says)
      this.notices.warn(`${says}. Take it out of .gitattributes.`)
    }
    return hostile.length === 0
  }

  /**
   * Returns events that only git's index holds, for a log that git was told not to merge: the work tree has our side.
   */
  otherSides(): RawLine[] {
    const files = (): string[] => this.log.list().map((file) => file.name)
    const isNotMerged = hostileAttributes(this.workspace, files).some(({ effect }) => effect === 'no merge')
    return isNotMerged ? unmergedLines(this.workspace.root, this.workspace.eventsDir) : []
  }

  /**
   * Without the merge drivers, a clone that was never set up would get conflict markers in the log at its first merge.
   */
  #ensureMergeDrivers(): void {
    try {
      const names = ensureMergeDrivers(this.workspace)
      if (names.length > 0)
        this.notices.warn(`Registered the merge drivers ${names.join(' and ')} in this clone's .git/config.`)
    } catch (error) {
      if (!isKittyError(error) || !['GitFailure', 'LockTimeout'].includes(error.kind)) throw error
      this.notices.warn(
        `Could not register the merge drivers; kitty doctor --fix tries again. ${error.message}`,
      )
    }
  }

  #unsafe(attribute: string, says: string): KittyError {
    return new KittyError('UnsafeSetup', `${says}. Nothing was written.`, {
      nextSteps: [
        'find the line that sets it in .gitattributes or .git/info/attributes, and take it out',
        ...shownCommand(['git', 'check-attr', '--all', '.kittify/events/2026-01-01.jsonl']),
      ],
      context: { attribute, events_dir: this.workspace.eventsDir },
    })
  }
}
