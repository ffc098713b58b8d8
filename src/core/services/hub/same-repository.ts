import { KittyError } from '../../errors/kitty-error.js'
import { isShallow } from '../../git/head.js'
import type { HubAddress } from '../../hub/hub-address.js'
import { shownHub } from '../../hub/hub-door.js'

/** @param theirs first commits of the hub's repository @param ours those of the clone in `root` */
export function isSameRepository(root: string, theirs: readonly string[], ours: readonly string[]): boolean {
  // A shallow clone has other first commits; its user has seen them.
  return isShallow(root) || theirs.every((commit) => ours.includes(commit))
}

export function anotherRepository(
  hub: HubAddress,
  theirs: readonly string[],
  ours: readonly string[],
): KittyError {
  return new KittyError(
    'HubMismatch',
    `The hub ${shownHub(hub)} keeps another repository under ${hub.repo}: its first commit is ${theirs.join(', ')}, ours ${ours.join(', ') || 'none'}.`,
    {
      nextSteps: [
        'A copy that goes its own way: kitty hub leave --forget',
        'A copy with a hub of its own: kitty hub init HOST --database NAME --new',
      ],
      context: { theirs, ours },
    },
  )
}
