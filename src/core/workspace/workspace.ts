import { token } from '../token.js'

/** Every path kitty uses, absolute. `docs/formats.md`, "Where". */
export interface Workspace {
  /** The primary checkout, or the folder KITTY_ROOT names: the one all worktrees share the log of. */
  readonly root: string
  readonly gitCommonDir: string
  /** Git's directory of the checkout the command runs in: holds its HEAD. */
  readonly gitDir: string
  /** Git's directory of the checkout the log lies in: holds its HEAD and its index. */
  readonly logGitDir: string
  /** Top of the checkout the command runs in. */
  readonly worktree: string
  readonly kittyDir: string
  readonly eventsDir: string
  readonly errorsDir: string
  readonly clockFile: string
  readonly configFile: string
  readonly indexFile: string
  readonly specsDir: string
  readonly worktreesDir: string
  /** Inside git's directory, where no git command cleans up. */
  readonly privateDir: string
  readonly lockFile: string
  readonly journalFile: string
  /** Every acknowledged event that the journal no longer holds. docs/formats.md, "The archive". */
  readonly archiveDir: string
  /** What branches' tips hold, as far as it was looked for. */
  readonly tipsDir: string
  /** Who writes from this clone, where each has files of its own. */
  readonly writerFile: string
  /** In which order events became visible here. docs/following.md. */
  readonly arrivalsFile: string
}

export const Workspace = token<Workspace>('Workspace')
