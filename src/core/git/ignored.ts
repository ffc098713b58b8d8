import { askGitText } from './git.js'

/**
 * The line by which git ignores a path, as `.gitignore:3:*.jsonl`, even if the path is tracked. Undefined if none does.
 * @throws as `git`
 */
export function ignoringRule(root: string, path: string): string | undefined {
  const answer = askGitText(root, ['check-ignore', '--no-index', '-v', '--', path])
  const rule = answer?.slice(0, answer.lastIndexOf('\t'))
  // Git names the last line that matches, and one with `!` takes back what an earlier one says (gitignore(5)).
  return rule === undefined || /^.+?:\d+:!/.test(rule) ? undefined : rule
}
