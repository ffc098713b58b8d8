import { KittyError } from '../../errors/kitty-error.js'
import { shownCommand } from '../../errors/next-step.js'
import { isSameHolder, type Conflict, type WorkPackageState } from '../../events-lib.js'
import type { Provenance } from '../../store/event-store.js'
import { holderOf } from '../../workspace/holder.js'
import { nameOfPackage } from '../../specs/work-package-id.js'

/** What telling a lost claim needs to know of a package. */
type Claimed = Pick<WorkPackageState, 'feature_slug' | 'work_package_id' | 'lane' | 'conflicts'>

/**
 * Refuses a command of a holder who claimed the package in one clone while someone else claimed it in another, and
 * whose claim lost when the two met.
 * @throws KittyError LostRace, naming the winner
 */
export function refuseLostClaim(state: Claimed, provenance: Provenance): void {
  const conflict = state.conflicts.find(({ register }) => register === 'status')
  if (conflict === undefined) return
  const { winner, lost } = sidesOf(conflict, provenance)
  if (winner?.holder === undefined || lost === undefined) return
  const { feature_slug, work_package_id } = state
  const { actor, session } = winner.holder
  const inSession = session === null ? '' : ` (session ${session})`
  throw new KittyError(
    'LostRace',
    `${work_package_id} was claimed twice at the same time: ${actor}${inSession} has it, your claim of ${lost.timestamp} lost.`,
    {
      nextSteps: [
        'take another package: kitty next --claim',
        ...shownCommand(
          ['kitty', 'resolve', nameOfPackage(state), '--keep', lost.event_id],
          `or, if ${actor} agrees`,
        ),
      ],
      context: {
        feature_slug,
        work_package: work_package_id,
        current_status: state.lane,
        winner: { actor, session, event_id: winner.event_id, timestamp: winner.timestamp },
        lost_event_id: lost.event_id,
      },
    },
  )
}

function sidesOf(conflict: Conflict, provenance: Provenance) {
  const own = holderOf(provenance)
  const winner = conflict.events.find(({ event_id }) => event_id === conflict.winner)
  const isOwn = ({ holder }: Conflict['events'][number]): boolean =>
    holder !== undefined && isSameHolder(holder, own)
  const lost = winner === undefined || isOwn(winner) ? undefined : conflict.events.find(isOwn)
  return { winner, lost }
}
