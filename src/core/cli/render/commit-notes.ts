import type { Uncommitted } from '../../services/commit-state.js'

/** What the user has to do in git, one sentence per line; empty when everything is committed. */
export function commitNotes({ uncommitted_events, merge_waiting }: Uncommitted): string[] {
  const count = uncommitted_events ?? 0
  const events = count === 1 ? '1 event is' : `${count} events are`
  return [
    ...(merge_waiting ? ['A merge is waiting for its commit: git status names what is left to do.'] : []),
    // kitty commit is refused during a merge, whose commit takes them along.
    ...(count > 0 ? [`${events} not committed yet${merge_waiting ? '.' : ': kitty commit'}`] : []),
  ]
}
