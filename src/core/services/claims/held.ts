import { KittyError } from '../../errors/kitty-error.js'
import { shownCommand } from '../../errors/next-step.js'
import type { WorkPackageState } from '../../events-lib.js'
import type { LeaseDocument } from '../../projections/board-document.js'
import { nameOfPackage } from '../../specs/work-package-id.js'

/** Someone else has the package, and the lease is not over. */
export function heldByAnother(state: WorkPackageState, lease: LeaseDocument | undefined): KittyError {
  const { workspace } = state
  const name = nameOfPackage(state)
  const where = workspace === null ? '' : ` Its workspace: ${workspace.path}`
  const steps =
    lease?.ended === true
      ? shownCommand(
          ['kitty', 'claim', name, '--take-over', '--reason', 'why'],
          lease.elsewhere
            ? 'its lease is over, but its holder is on another machine and may be alive unseen'
            : 'its lease is over',
        )
      : ['take another one: kitty next --claim']
  return new KittyError('LostRace', `${holding(state)}${untilText(lease)}.${where}`, {
    nextSteps: [...steps, ...shownCommand(['kitty', 'show', name])],
    context: contextOf(state, lease),
  })
}

/** The lease of the one who has it goes on: no one can take it over yet. */
export function leaseGoesOn(state: WorkPackageState, lease: LeaseDocument | undefined): KittyError {
  return new KittyError(
    'LostRace',
    `${holding(state)}${untilText(lease)}, and cannot be taken over before that.`,
    {
      nextSteps: ['take another one: kitty next --claim', 'An owner can overrule.'],
      context: contextOf(state, lease),
    },
  )
}

/**
 * The same actor has it in another session, or without one.
 * @param session whose claim it becomes
 */
export function heldInOtherSession(
  state: WorkPackageState,
  lease: LeaseDocument | undefined,
  session: string | null | undefined,
): KittyError {
  const { work_package_id: id, lane, lane_actor, lane_session } = state
  const where = lane_session === null ? 'without a session' : `in session ${lane_session}`
  const resume = [
    'kitty',
    'claim',
    nameOfPackage(state),
    '--resume',
    ...(session ? ['--session', session] : []),
  ]
  return new KittyError('LostRace', `${id} is in ${lane}: ${lane_actor ?? 'you'} has it ${where}.`, {
    nextSteps: [
      ...shownCommand(resume, 'if that session is yours and over'),
      'or take another one: kitty next --claim',
    ],
    context: contextOf(state, lease),
  })
}

/** Its work is handed over: a claim would take it back from its judge. */
export function handedOver(state: WorkPackageState): KittyError {
  const { work_package_id: id, lane, lane_actor, lane_since } = state
  const who =
    lane_actor === null ? '' : `: ${lane_actor} moved it there at ${lane_since ?? 'an unknown time'}`
  return new KittyError('LostRace', `${id} is in ${lane}${who}.`, {
    nextSteps: [
      ...shownCommand(['kitty', 'show', nameOfPackage(state)]),
      'take another one: kitty next --claim',
    ],
    context: contextOf(state, undefined),
  })
}

/** No one has the package, or someone else has: there is nothing that this holder could release. */
export function notYours(state: WorkPackageState, isWorkedOn: boolean): KittyError {
  const { work_package_id: id, lane } = state
  const message = isWorkedOn ? `${holding(state)}.` : `${id} is in ${lane}; no one is working on it.`
  return new KittyError(isWorkedOn ? 'LostRace' : 'StateTransitionError', message, {
    nextSteps: [
      ...(isWorkedOn ? [] : shownCommand(['kitty', 'claim', nameOfPackage(state)], 'to take it')),
      ...shownCommand(['kitty', 'show', nameOfPackage(state)]),
    ],
    context: contextOf(state, undefined),
  })
}

function holding({ work_package_id, lane, lane_actor, lane_session, lane_since }: WorkPackageState): string {
  const session = lane_session === null ? '' : ` (session ${lane_session})`
  return `${work_package_id} is in ${lane}: ${lane_actor ?? 'someone'}${session} took it at ${lane_since ?? 'an unknown time'}`
}

function untilText(lease: LeaseDocument | undefined): string {
  if (lease === undefined) return ''
  return `; the lease ${lease.ended ? 'ended' : 'lasts until'} ${lease.expires_at}`
}

function contextOf(state: WorkPackageState, lease: LeaseDocument | undefined): Record<string, unknown> {
  const { feature_slug, work_package_id, lane, lane_actor, lane_session, lane_since, workspace } = state
  return {
    feature_slug,
    work_package: work_package_id,
    current_status: lane,
    moved_by: lane_actor,
    session: lane_session,
    moved_at: lane_since,
    event_id: state.lane_event,
    workspace_path: workspace?.path ?? null,
    branch: workspace?.branch ?? null,
    lease: lease ?? null,
  }
}
