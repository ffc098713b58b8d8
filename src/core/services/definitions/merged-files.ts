import { inject, injectable } from 'inversify'
import { answered } from '../../git/answered.js'
import { askGitText } from '../../git/git.js'
import { LOG } from '../../git/log-command.js'
import { Workspace } from '../../workspace/workspace.js'
import { repoPath } from '../../platform/paths.js'

interface Side {
  readonly event_id: string
}

/** Determines whether git has merged a package's file together with the conflicting events. */
@injectable()
export class MergedFiles {
  constructor(@inject(Workspace) private readonly workspace: Workspace) {}

  /**
   * True if HEAD's log has all of these events, and the first commit in HEAD's first-parent history that has all of
   * them is a merge that contains the file: someone has merged the files too.
   */
  hasMerged(file: string, sides: readonly Side[]): boolean {
    const isMerged = answered(() => {
      const commits = sides.map(({ event_id }) => this.#arrival(event_id))
      const known = commits.flatMap((commit) => commit ?? [])
      if (known.length < commits.length) return false
      const last = known.reduce((a, b) => (this.#isAncestor(a, b) ? b : a))
      const parents = this.#ask(['rev-list', '--parents', '--max-count=1', last])?.split(' ') ?? []
      return parents.length > 2 && this.#ask(['cat-file', '-t', `${last}:./${file}`]) === 'blob'
    })
    return isMerged ?? false
  }

  /** The commit in HEAD's first-parent history that added the event. */
  #arrival(event: string): string | undefined {
    const events = repoPath(this.workspace.root, this.workspace.eventsDir)
    const args = [
      ...LOG,
      '--first-parent',
      '--diff-merges=first-parent',
      '--no-patch',
      // An ID may be any name, and a line has it as JSON spells it.
      `-S"event_id":${JSON.stringify(event)}`,
      '--format=%H',
    ]
    return this.#ask(['--literal-pathspecs', ...args, '--max-count=1', '--', events]) || undefined
  }

  #isAncestor(a: string, b: string): boolean {
    return this.#ask(['merge-base', '--is-ancestor', a, b]) !== undefined
  }

  #ask(args: readonly string[]): string | undefined {
    return askGitText(this.workspace.root, args)
  }
}
