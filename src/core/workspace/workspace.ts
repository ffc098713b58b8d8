import { token } from '../token.js'

/** Every path that kitty uses, absolute. See `docs/formats.md`, "Where". */
export interface Workspace {
  /** The primary checkout, or the folder that KITTY_ROOT names: all worktrees share the log in it. */
  readonly root: string
  readonly gitCommonDir: string
  /** Git's directory for the checkout in which the command runs: holds its HEAD. */
  readonly gitDir: string
  /** Git's directory for the checkout that holds the log: holds its HEAD and its index. */
  readonly logGitDir: string
  /** Root of the checkout in which the command runs. */
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
  /** Every acknowledged event that the journal no longer holds. See docs/formats.md, "The archive". */
  readonly archiveDir: string
  /** What branch tips hold, as far as kitty has read them. */
  readonly tipsDir: string
  /** This clone's writer ID, for per-writer files. */
  readonly writerFile: string
  /** The order in which events became visible here. See docs/following.md. */
  readonly arrivalsFile: string
}

export const Workspace = token<Workspace>('Workspace')
