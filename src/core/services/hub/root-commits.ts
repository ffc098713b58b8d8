import { askGitText } from '../../git/git.js'

/** The repository's first commits, sorted: the same in every clone but a shallow one. Empty before the first commit. */
export function rootCommits(root: string): string[] {
  return (askGitText(root, ['rev-list', '--max-parents=0', 'HEAD']) ?? '').split('\n').filter(Boolean).sort()
}

export function isShallow(root: string): boolean {
  return askGitText(root, ['rev-parse', '--is-shallow-repository'])?.trim() === 'true'
}
