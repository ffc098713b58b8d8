import { lstatSync } from 'node:fs'
import { inject, injectable } from 'inversify'
import type { WorkPackageState } from '../../events-lib.js'
import type { EventIndex } from '../../index/event-index.js'
import { Archive } from '../../log/archive/archive.js'
import { rebuildFailure } from '../../index/rebuild-failure.js'
import { quarantineLines } from '../../log/repair/quarantine.js'
import { byHand, type Check, repairable, some, type Verdict, well } from './check.js'
import { missingFromWorkTree } from './committed-events.js'
import { DefinitionCheck } from './definition-check.js'
import { leftovers } from './leftovers.js'
import { DAMAGED_LINES, type LineRepairs, PROBLEM_CHECKS, type ProblemCheck } from './problem-checks.js'
import { dropCopies, refile } from './refile.js'
import { setAside } from '../../log/repair/errors-folder.js'
import { Verify } from '../verify/verify.js'
import type { ReplayedLog } from '../verify/replayed-log.js'
import { VoidLines } from '../../hub/void-lines.js'
import { EventLog, type LogProblem } from '../../log/event-log.js'
import { IndexHealth } from '../../index/index-health.js'
import { RebuildClock } from '../events/rebuild-clock.js'
import { LaneFiles } from '../moves/lane-files.js'
import { Workspace } from '../../workspace/workspace.js'
import { Session } from '../../workspace/session.js'
import { withoutUnread } from '../../log/unread-lines.js'
import { counted } from '../../errors/counted.js'

/** Checks the stored data: the log, what is derived from it, and what the work packages' files repeat from it. */
@injectable()
export class LogChecks {
  constructor(
    @inject(Verify) private readonly verify: Verify,
    @inject(EventLog) private readonly log: EventLog,
    @inject(IndexHealth) private readonly health: IndexHealth,
    @inject(RebuildClock) private readonly clock: RebuildClock,
    @inject(LaneFiles) private readonly laneFiles: LaneFiles,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Archive) private readonly archive: Archive,
    @inject(Session) private readonly session: Session,
    @inject(VoidLines) private readonly voids: VoidLines,
    @inject(DefinitionCheck) private readonly definitions: DefinitionCheck,
  ) {}

  /** Reads the log whole, for {@link checks}. The caller closes what is returned. */
  replay(): Promise<ReplayedLog> {
    return this.verify.replay()
  }

  /** Reads without changing anything. Bypasses the store, which restores what git took before it answers. */
  async checks(log: ReplayedLog): Promise<Check[]> {
    const replayed = log.index
    const result = await this.verify.compare(log)
    const { events, files } = result
    const problems = [...result.problems, ...result.notices]
    const states = await replayed.workPackages()
    const committed = this.#committedEvents(replayed)
    await Promise.allSettled([committed])
    const voided = await voidVerdict(this.voids.all(), replayed)
    const named = new Set(PROBLEM_CHECKS.flatMap(({ kinds }) => kinds))
    const of = ({ kinds }: ProblemCheck): LogProblem[] => problems.filter(({ kind }) => kinds.includes(kind))
    const checks: [string, () => Verdict | Promise<Verdict>][] = [
      ['log', () => well(`${counted(events, 'event')} in ${counted(files, 'file')}`)],
      [
        DAMAGED_LINES.name,
        () =>
          this.#verdict(
            DAMAGED_LINES,
            problems.filter(({ kind }) => !named.has(kind)),
          ),
      ],
      ...PROBLEM_CHECKS.map((check): [string, () => Verdict] => [
        check.name,
        () => this.#verdict(check, of(check)),
      ]),
      ['committed-events', () => committed],
      ...(voided === undefined ? [] : [['hub', () => voided] as [string, () => Verdict]]),
      ['front-matter', () => this.#frontMatter(states)],
      ['archive', () => this.#archive()],
      ['definitions', () => this.definitions.verdict(states)],
      ['leftovers', () => leftovers(this.workspace, this.session.now())],
    ]
    return checks.map(([name, look]) => ({ name, area: 'data', look }))
  }

  #verdict(check: ProblemCheck, problems: readonly LogProblem[]): Verdict {
    return problems.length === 0 ? well(check.well) : check.verdict(problems, this.#repairs(problems))
  }

  #repairs(problems: readonly LogProblem[]): LineRepairs {
    const { log, health, workspace } = this
    const { eventsDir } = workspace
    return {
      recovered: () => undefined,
      quarantine: () => {
        for (const file of new Set(problems.map((problem) => problem.file)))
          quarantineLines(log, workspace, file)
      },
      refile: () => refile({ log, health, eventsDir }),
      dropCopies: () => dropCopies({ log, health, eventsDir }),
      rebuildClock: () => this.#rebuildClock(),
      rebuildIndex: () => this.#rebuildIndex(),
    }
  }

  async #rebuildClock(): Promise<void> {
    const { clockFile, errorsDir } = this.workspace
    if (lstatSync(clockFile, { throwIfNoEntry: false })?.isDirectory())
      setAside(clockFile, errorsDir, this.session.now())
    await this.clock.rebuild()
  }

  async #rebuildIndex(): Promise<void> {
    const { indexFile, errorsDir } = this.workspace
    // A rebuild would delete the folder with everything that someone put into it.
    if (lstatSync(indexFile, { throwIfNoEntry: false })?.isDirectory())
      setAside(indexFile, errorsDir, this.session.now())
    try {
      await this.health.rebuild()
    } catch (error) {
      throw rebuildFailure(error, indexFile)
    }
  }

  async #committedEvents(replayed: EventIndex): Promise<Verdict> {
    const missing = withoutUnread(await missingFromWorkTree(this.workspace, replayed), this.log)
    if (missing.length === 0) return well('every event of HEAD is in the work tree')
    const says = `${counted(missing.length, 'event')} that HEAD has ${missing.length === 1 ? 'is' : 'are'} missing from .kittify/events: a file was deleted or cut, and the next commit would lose them`
    return repairable(says, 'puts them back', () => void this.log.putBack(missing))
  }

  async #archive(): Promise<Verdict> {
    const damaged = await this.archive.damaged()
    if (damaged.length > 0)
      return repairable(
        `${some(damaged)}: damaged, and kitty cannot give back from there what git takes away`,
        'keeps what can be read of it, and sets the file aside',
        async () => {
          await this.archive.mend()
        },
      )
    const days = await this.archive.days()
    const events = days.reduce((sum, day) => sum + day.events, 0)
    const bytes = days.reduce((sum, day) => sum + day.bytes, 0)
    if (events === 0) return well('empty: the journal holds everything this clone has acknowledged')
    const size = `${(bytes / 1024 / 1024).toFixed(1)} MiB`
    return well(
      `${counted(events, 'event')} of ${counted(days.length, 'day')} in ${size}; older ones go with kitty agent events archive --prune-before DATE`,
    )
  }

  #frontMatter(states: readonly WorkPackageState[]): Verdict {
    const differing = this.laneFiles.differing(states)
    const stuck = differing.filter(({ problem }) => problem !== undefined)
    const files = some(
      differing.map(({ file, lane, stated }) =>
        stated === undefined ? file : `${file} says ${stated}, the log ${lane}`,
      ),
    )
    if (differing.length === 0) return well('every work package file names the lane that the log does')
    if (stuck.length > 0) {
      const [first] = stuck
      return byHand(
        `${files}: people who read the file are misled, and kitty cannot change it (${first?.problem ?? ''})`,
        'Correct the file by hand; the log has the lane.',
      )
    }
    return repairable(
      `${files}: people who read the file are misled`,
      'writes the lane of the log into the files',
      () => {
        this.laneFiles.settle(states, new Set())
      },
    )
  }
}

/**
 * Names lines of the log that the hub refuses for good: their writer gave them up, so other clones decided without them.
 * @param ids what the hub has refused @returns undefined if the log has none of them
 */
async function voidVerdict(ids: ReadonlySet<string>, index: EventIndex): Promise<Verdict | undefined> {
  const rows = ids.size === 0 ? [] : await index.rows([...ids])
  if (rows.length === 0) return undefined
  const names = some(rows.map(({ event_id }) => event_id))
  const has = rows.length === 1 ? 'is' : 'are'
  return byHand(
    `${counted(rows.length, 'event')} of this log ${has} void on the hub, and not offered again: ${names}. Clones that get it by git only may disagree with the others`,
    'kitty show PACKAGE says what it is about; write what should count again, such as a note or a move.',
  )
}
