import { askGitText, git } from './git.js'

/** A file that differs between two trees. */
export interface ChangedFile {
  /** From the folder that git was asked in. */
  readonly path: string
  /** Blob before; undefined if there was no plain file. */
  readonly before: string | undefined
  /** Blob after; undefined if there is no plain file. */
  readonly after: string | undefined
}

/**
 * The files under `folder` that a branch changed since it left `ours`. Without a common ancestor, the files that differ.
 * @param root The folder that paths count from: the checkout's top, or a folder in it that KITTY_ROOT names
 * @param folder Relative to `root`, with `/`
 * @throws as `git`
 */
export function filesOfBranch(root: string, ours: string, branch: string, folder: string): ChangedFile[] {
  const base = askGitText(root, ['merge-base', ours, branch])?.split('\n')[0] ?? ours
  return filesBetween(root, base, branch, folder)
}

/** The files under `folder` that differ. As `filesOfBranch` otherwise. */
export function filesBetween(root: string, before: string, after: string, folder: string): ChangedFile[] {
  const args = ['diff-tree', '-r', '--raw', '--no-abbrev', '--no-renames', '--relative', '-z']
  const raw = git(root, ['--literal-pathspecs', ...args, before, after, '--', folder])
  return changedFiles(raw.toString('utf8'))
}

/**
 * git-diff(1), "Raw output format", with NUL after the status and after the path. Git counts the paths from the
 * checkout's top, wherever it runs, unless it is given `--relative`.
 */
export function changedFiles(raw: string): ChangedFile[] {
  const entries = raw.matchAll(
    /:([0-7]{6}) ([0-7]{6}) ([0-9a-f]{40,64}) ([0-9a-f]{40,64}) [A-Z][0-9]*\0([^\0]*)\0/g,
  )
  return [...entries].map(([, modeBefore = '', modeAfter = '', before = '', after = '', path = '']) => ({
    path,
    before: isPlainFile(modeBefore) ? before : undefined,
    after: isPlainFile(modeAfter) ? after : undefined,
  }))
}

function isPlainFile(mode: string): boolean {
  return mode === '100644' || mode === '100755'
}
