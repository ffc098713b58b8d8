/**
 * Branches by their names. Git reads a bare name as a revision: a tag of that name wins, and `main~1` is one too
 * (gitrevisions(7)). So a name out of an event or the configuration becomes a ref here, before git gets it.
 */
import { askGitText, resolveCommit } from './git.js'

/** What git-check-ref-format(1) forbids in a branch's name. */
const FORBIDDEN = /[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|^[/-]|[/.]$|(?:^|\/)\.|\.lock(?:\/|$)|^@?$/u

/**
 * The refs of that name that this clone has, the local branch first: `main`, and `origin/main` of a remote.
 * @param remote whose branch of that name counts, too
 */
export function branchRefs(root: string, name: string, remote?: string): string[] {
  if (!isBranchName(name)) return []
  const refs = [`refs/heads/${name}`, `refs/remotes/${name}`]
  if (remote !== undefined) refs.push(`refs/remotes/${remote}/${name}`)
  const found = (askGitText(root, ['for-each-ref', '--format=%(refname)', ...refs]) ?? '').split('\n')
  // Each pattern also lists what is below it: `refs/remotes/origin` lists every branch of origin.
  return refs.filter((ref) => found.includes(ref))
}

/** The branch that a revision names, as `main` or `origin/main`: HEAD's, or one by its whole ref. Undefined for any other. */
export function branchNamed(folder: string, revision: string): string | undefined {
  const ask = ['rev-parse', '--verify', '--quiet', '--symbolic-full-name', '--end-of-options', revision]
  return /^refs\/(?:heads|remotes)\/(.+)$/.exec(askGitText(folder, ask) ?? '')?.[1]
}

/** The commit of a local branch, or undefined. */
export function branchTip(root: string, branch: string): string | undefined {
  return isBranchName(branch) ? resolveCommit(root, `refs/heads/${branch}`) : undefined
}

/** The shortest name by which git means this local branch: `heads/x` where `x` is a tag, too. For commands of people. */
export function revisionOf(root: string, branch: string): string {
  const ref = `refs/heads/${branch}`
  if (!isBranchName(branch)) return ref
  return askGitText(root, ['for-each-ref', '--format=%(refname:short)', '--count=1', ref]) || ref
}

function isBranchName(name: string): boolean {
  return !FORBIDDEN.test(name)
}
