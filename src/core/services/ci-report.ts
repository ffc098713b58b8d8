import { inject, injectable } from 'inversify'
import { KittyError } from '../errors/kitty-error.js'
import type { LogEvent, MergeOptions } from '../events-lib.js'
import { branchRefs } from '../git/branch-refs.js'
import type { LogProblem } from '../log/event-log.js'
import { HeldEvents } from '../projections/held-events.js'
import { keepHeapSmall } from '../platform/small-heap.js'
import { FoldRules } from '../workspace/config.js'
import { Session } from '../workspace/session.js'
import { Workspace } from '../workspace/workspace.js'
import { Audit, type HubEvent } from './audit/audit.js'
import { type Finding, isWrong } from './audit/finding.js'
import { type BoardChanges, boardChanges } from './merge/board-changes.js'
import { Revisions } from './revisions.js'
import { Verify } from './verify/verify.js'
import { shownCommand } from '../errors/next-step.js'

/** An event whose actor is not the author of the commit that added it. */
export interface ForeignAuthor {
  readonly event_id: string
  readonly event_type: string
  readonly feature: string
  readonly entity_id: string
  readonly actor: string
  readonly author: string
  readonly commit: string
}

export interface CiReportResult extends BoardChanges {
  readonly base: string
  readonly base_commit: string
  readonly head_commit: string
  /** Of the findings, those of the kind `foreign_author`, in short. */
  readonly authors: readonly ForeignAuthor[]
  /** What `kitty agent events audit BASE..HEAD` finds. */
  readonly findings: readonly Finding[]
  /** What only the hub has brought, and no commit of HEAD has yet: no fault. */
  readonly by_hub: readonly HubEvent[]
  /** Imported events among the new ones. Their actors come from the source. */
  readonly imported: number
  readonly problems: readonly LogProblem[]
  /** True if `--strict` finds nothing to fail on. */
  readonly ok: boolean
}

const ORIGIN = 'origin'
/** HEAD, a full name or an object ID, which git takes for nothing else. */
const IS_EXACT = /^(?:HEAD$|refs\/|[0-9a-f]{40,64}$)/

/** What a branch does to the board, for its reviewer. Read-only: uses git's objects and the log. */
@injectable()
export class CiReport {
  constructor(
    @inject(Revisions) private readonly revisions: Revisions,
    @inject(Verify) private readonly verify: Verify,
    @inject(Audit) private readonly audit: Audit,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(FoldRules) private readonly foldRules: MergeOptions,
    @inject(Session) private readonly session: Session,
  ) {}

  /** @param asked the value of `--base` @throws KittyError UsageError if no base is given and none can be found */
  async report(asked: string | undefined): Promise<CiReportResult> {
    const base = asked ?? this.#base()
    const revision = this.#branch(base) ?? base
    keepHeapSmall()
    // First: to verify takes as much memory as to hold both logs.
    const { problems } = await this.verify.verify()
    const held = new HeldEvents()
    const before = await this.revisions.held(revision, '--base', held)
    const after = await this.revisions.held('HEAD', 'HEAD', held)
    const changes = boardChanges(before.counted, after.counted, this.foldRules)
    let imported = 0
    for (const event of after.log.without(before.log)) if (isImported(event)) imported += 1
    const { findings, by_hub } = await this.audit.range(before, after)
    const authors = findings.flatMap(foreignAuthor)
    return {
      base,
      base_commit: before.commit,
      head_commit: after.commit,
      ...changes,
      authors,
      findings,
      by_hub,
      imported,
      problems,
      ok: changes.conflicts.length === 0 && !findings.some(isWrong) && problems.length === 0,
    }
  }

  /**
   * The full name of the branch with this name: a remote's, one of origin, or a local one. Git itself prefers a tag, which
   * anyone who pushes can name like a branch, so that HEAD would be compared with what the tag says.
   */
  #branch(name: string): string | undefined {
    if (IS_EXACT.test(name)) return undefined
    const remote = name.startsWith(`${ORIGIN}/`) ? undefined : ORIGIN
    const refs = branchRefs(this.workspace.worktree, name, remote)
    return refs.find((ref) => ref.startsWith('refs/remotes/')) ?? refs[0]
  }

  /** The branch into which a pull request will be merged, from the forge's variables, or else the remote's default. */
  #base(): string {
    const { env } = this.session
    const named = env['GITHUB_BASE_REF'] || env['CI_MERGE_REQUEST_TARGET_BRANCH_NAME']
    const candidates = [
      ...(named ? [`origin/${named}`, named] : []),
      'origin/HEAD',
      'origin/main',
      'main',
      'master',
    ]
    const found = candidates.find((one) => this.#branch(one) !== undefined)
    if (found !== undefined) return found
    throw new KittyError('UsageError', 'There is no branch to compare with.', {
      nextSteps: [
        ...shownCommand(['kitty', 'ci', '--base', 'origin/main'], 'names it'),
        ...shownCommand(['git', 'fetch', 'origin', 'main'], 'first, in a shallow clone'),
      ],
      context: { tried: candidates },
    })
  }
}

function foreignAuthor({
  kind,
  event_id,
  event_type,
  feature,
  entity_id,
  actor,
  author,
  commit,
}: Finding): ForeignAuthor[] {
  const isOne = kind === 'foreign_author' && event_type !== null && feature !== null
  if (!isOne || entity_id === null || actor === null) return []
  return [{ event_id, event_type, feature, entity_id, actor, author, commit }]
}

function isImported({ causation_id }: LogEvent): boolean {
  return causation_id?.startsWith('import:') === true
}
