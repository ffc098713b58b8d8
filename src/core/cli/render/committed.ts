import type { CommitResult } from '../../services/commit-board.js'
import { counted } from '../../errors/counted.js'

/** Output of `kitty commit`. */
export function renderCommitted({ branch, commit, files, yours, staged, pushed }: CommitResult): string {
  const what = counted(files.length, 'file')
  return [
    commit === null
      ? `${branch}: nothing to commit`
      : `${branch}: committed ${what} (${commit.slice(0, 10)})`,
    ...(pushed ? [`${branch}: pushed`] : []),
    ...yours.map((path) => `yours, not committed: ${path}`),
    ...(yours.length === 0 ? [] : ['  kitty commit --with-edits takes them']),
    ...staged.map((path) => `staged by you, left out: ${path}`),
  ].join('\n')
}
