/** Merging one branch into another: whether it can be, what it would touch, and the merge itself. */
import { join } from 'node:path'
import { readOptional } from '../files/read-optional.js'
import { askGitFields, askGitText, git, gitEither, gitText, GitRefusal } from './git.js'
import { LOG } from './log-command.js'
import { operationUnderWay } from './under-way.js'

/** The first git whose `merge-tree` merges without a work tree (git-merge-tree(1)). */
const MERGES_TREES: readonly [number, number] = [2, 38]

export type TrialMerge =
  | {
      readonly isClean: true
      /** Files of the base that the merge would change, from the repository's top. */
      readonly touched: readonly string[]
      /** Of these, the files that the base does not have. */
      readonly added: readonly string[]
    }
  | { readonly isClean: false; readonly conflicts: readonly string[] }

/** The version of git, and whether it can try a merge without touching anything. */
export function canTryMerges(root: string): { readonly version: string; readonly can: boolean } {
  const version = /\d{1,4}\.\d{1,4}(?:\.\d{1,4})?/.exec(gitText(root, ['version']))?.[0] ?? 'unknown'
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [first, second] = MERGES_TREES
  return { version, can: major > first || (major === first && minor >= second) }
}

/**
 * Merges in memory and changes nothing.
 * @param base a ref or a commit, as is `tip`
 * @throws KittyError if git fails
 */
export function tryMerge(checkout: string, base: string, tip: string): TrialMerge {
  const { isYes, output } = gitEither(checkout, [
    'merge-tree',
    '--write-tree',
    '--name-only',
    '--no-messages',
    '-z',
    base,
    tip,
  ])
  const [tree = '', ...names] = output
    .toString('utf8')
    .split('\0')
    .filter((field) => field !== '')
  if (!isYes) return { isClean: false, conflicts: [...new Set(names)] }
  const diff = ['diff-tree', '-r', '-z', '--name-only', '--no-renames']
  const touched = askGitFields(checkout, [...diff, base, tree])
  const added = askGitFields(checkout, [...diff, '--diff-filter=A', base, tree])
  return { isClean: true, touched, added }
}

/** True if the commit `tip` brings nothing that `into` does not have. Both are refs or commits, never bare names. */
export function isMerged(root: string, tip: string, into: string): boolean {
  return gitEither(root, ['merge-base', '--is-ancestor', tip, into]).isYes
}

/**
 * True if a merge of the commit `tip` would change nothing in the ref `into`: a squash or a rebase has brought its changes.
 * False where git cannot try a merge, or it would have conflicts: then that is not known.
 */
export function bringsNothing(root: string, tip: string, into: string): boolean {
  const hasBase = gitEither(root, ['merge-base', tip, into]).isYes
  if (!hasBase || !canTryMerges(root).can) return false
  const trial = tryMerge(root, into, tip)
  return trial.isClean && trial.touched.length === 0
}

/**
 * True if the subject of a merge commit in the ref `into` names the branch, as git and GitHub write it: `Merge branch 'x'`,
 * `Merge pull request #7 from owner/x`.
 */
export function hasMergeOf(root: string, branch: string, into: string): boolean {
  const named = ['--merges', '--format=%s', '--fixed-strings', `--grep=${branch}`]
  const subjects = askGitText(root, [...LOG, ...named, into, '--']) ?? ''
  return subjects.split('\n').some((subject) => {
    const words = subject.split(/[\s']/)
    const request = subject.startsWith('Merge pull request #') ? words[5] : undefined
    return words.includes(branch) || request?.slice(request.indexOf('/') + 1) === branch
  })
}

/** Files with staged changes, from the top. `git merge` refuses to start with any. */
export function stagedIn(checkout: string): string[] {
  return askGitFields(checkout, ['diff-index', '--cached', '--name-only', '-z', '--no-renames', 'HEAD', '--'])
}

/**
 * Merges with a merge commit: hooks, signing and identity are the user's. A merge that a hook refuses is taken back.
 * @param tip the commit that was judged: a name would be whatever it names by now, and a tag before a branch
 * @throws GitRefusal
 */
export function mergeBranch(checkout: string, tip: string, message: string): void {
  const options = ['--no-ff', '--commit', '--no-squash', '--no-edit', '--no-autostash', '--quiet']
  try {
    git(checkout, ['merge', ...options, '-m', message, tip])
  } catch (error) {
    if (error instanceof GitRefusal && operationUnderWay(gitDirOf(checkout)) === 'merge')
      git(checkout, ['merge', '--abort'])
    throw error
  }
}

/** True if the checkout is in the middle of exactly this merge, without a conflict: the process that made it was killed. */
export function isInterrupted(checkout: string, tip: string, message: string): boolean {
  const gitDir = gitDirOf(checkout)
  if (operationUnderWay(gitDir) !== 'merge') return false
  const isOurs = readOptional(join(gitDir, 'MERGE_MSG'))?.split('\n')[0] === message
  const isBranch = askGitText(checkout, ['rev-parse', '--verify', '--quiet', 'MERGE_HEAD']) === tip
  return isOurs && isBranch && askGitFields(checkout, ['ls-files', '--unmerged', '-z']).length === 0
}

/** Commits an interrupted merge. @throws GitRefusal */
export function finishMerge(checkout: string): void {
  git(checkout, ['commit', '--no-edit', '--quiet'])
}

/**
 * Ends a merge whose commit is made: git was killed before it removed MERGE_HEAD, and another commit would be a second,
 * empty merge.
 */
export function forgetMerge(checkout: string): void {
  git(checkout, ['merge', '--quit'])
}

/** Git's directory for the checkout, absolute. */
export function gitDirOf(checkout: string): string {
  return gitText(checkout, ['rev-parse', '--absolute-git-dir'])
}
