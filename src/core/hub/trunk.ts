import { inject, injectable } from 'inversify'
import { branchRefs } from '../git/branch-refs.js'
import { askGitText, resolveCommit } from '../git/git.js'
import { linesOfCommits } from '../log/repair/committed-lines.js'
import { Config } from '../workspace/config.js'
import { Workspace } from '../workspace/workspace.js'

/** The remote's main branch, as `git clone` notes it. */
const DEFAULT = 'refs/remotes/origin/HEAD'

/** What the team's branches have of the log: `hub.trunk` of the configuration, and every branch of the remotes. */
@injectable()
export class Trunk {
  constructor(
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Config) private readonly config: Config,
  ) {}

  /** The name of the trunk, for people. */
  get name(): string {
    return this.config.hub?.trunk ?? DEFAULT
  }

  /** The IDs of the trunk's events; undefined if this clone has no such branch. @throws KittyError if git fails */
  ids(): ReadonlySet<string> | undefined {
    const { root } = this.workspace
    const ref = this.name.startsWith('refs/') ? this.name : branchRefs(root, this.name)[0]
    const commit = ref === undefined ? undefined : resolveCommit(root, ref)
    return commit === undefined ? undefined : this.#idsOf([commit])
  }

  /** The IDs of the events that HEAD has. @throws KittyError if git fails */
  idsOfHead(): ReadonlySet<string> {
    const commit = resolveCommit(this.workspace.root, 'HEAD')
    return commit === undefined ? new Set() : this.#idsOf([commit])
  }

  /** The IDs of the events that a branch of any remote has. @throws KittyError if git fails */
  idsOfRemotes(): ReadonlySet<string> {
    const refs = askGitText(this.workspace.root, ['for-each-ref', '--format=%(objectname)', 'refs/remotes'])
    return this.#idsOf([...new Set((refs ?? '').split('\n').filter(Boolean))])
  }

  #idsOf(commits: readonly string[]): Set<string> {
    const { root, eventsDir } = this.workspace
    const ids = new Set<string>()
    if (commits.length > 0)
      for (const lines of linesOfCommits(root, eventsDir, commits))
        for (const { event_id } of lines) ids.add(event_id)
    return ids
  }
}
