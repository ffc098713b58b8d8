import { KittyError } from '../../errors/kitty-error.js'
import { type NextStep, shownCommand } from '../../errors/next-step.js'
import { isStub, type KittyEvent, type LogEvent } from '../../events-lib.js'
import { packageName } from '../../specs/work-package-id.js'
import { passGate } from '../moves/pass-gate.js'

const EVENTS = ['kitty', 'agent', 'events', 'list']

/** This holder has written nothing that could be taken back. */
export function nothingToUndo(actor: string, session: string | null): KittyError {
  const who = session === null ? actor : `${actor} in session ${session}`
  return new KittyError('StateTransitionError', `${who} has written nothing that undo could take back.`, {
    nextSteps: [
      'only your own last command can be taken back: --actor, --session and --correlation say whose',
    ],
  })
}

/** The last command changed the text of a file, of which the log has no earlier value. */
export function textStays(file: string): KittyError {
  return new KittyError(
    'StateTransitionError',
    `Your last command changed the text of ${file}, which undo does not take back.`,
    {
      nextSteps: [
        ...shownCommand(['git', 'diff', '--', file], 'what it changed'),
        'Give the file its former text, and undo takes back the command before.',
      ],
      context: { file },
    },
  )
}

/** Someone has gone on from what is to be taken back. */
export function builtOn(undone: LogEvent, later: LogEvent | undefined, what: string): KittyError {
  const who =
    later === undefined
      ? ''
      : ` by ${later.actor} at ${later.timestamp} (${later.event_type} ${later.event_id})`
  const { feature_slug } = undone.payload
  const words = [...EVENTS, '--entity', undone.entity_id, '--feature', feature_slug]
  return new KittyError('LostRace', `${what} of ${undone.entity_id} was changed again${who}.`, {
    nextSteps: shownCommand(words),
    context: {
      feature_slug,
      entity_id: undone.entity_id,
      event_id: undone.event_id,
      changed_by: later?.actor ?? null,
      changed_at: later?.timestamp ?? null,
      changed_in: later?.event_id ?? null,
    },
  })
}

/** A dependency that was taken off cannot come back: what it names waits for the package by now. */
export function wouldWait(undone: LogEvent, cycle: readonly string[]): KittyError {
  const { feature_slug } = undone.payload
  return new KittyError(
    'LostRace',
    `What ${undone.entity_id} waited for cannot come back: ${cycle.join(' → ')} would wait for one another.`,
    {
      nextSteps: shownCommand(['kitty', 'list', '--feature', feature_slug]),
      context: { feature_slug, entity_id: undone.entity_id, event_id: undone.event_id, cycle },
    },
  )
}

/** Events of this type stay; the commands that do what is wanted instead. */
export function staysWritten(undone: LogEvent, instead: readonly NextStep[]): KittyError {
  return new KittyError(
    'StateTransitionError',
    `Your last command wrote ${undone.event_type} (${undone.entity_id}), which ${isStub(undone) ? 'was redacted since: nothing is left to take back.' : 'undo does not take back.'}`,
    {
      nextSteps:
        instead.length > 0 ? instead : shownCommand([...EVENTS, '--limit', '10'], 'what was written'),
      context: {
        feature_slug: undone.payload.feature_slug,
        entity_id: undone.entity_id,
        event_id: undone.event_id,
        event_type: undone.event_type,
      },
    },
  )
}

/** The commands that do what taking back this event would. */
export function insteadOf(event: KittyEvent): NextStep[] {
  const { feature_slug } = event.payload
  const name = packageName(feature_slug, event.entity_id)
  switch (event.event_type) {
    case 'WorkspaceCreated':
      return [
        ...shownCommand(['kitty', 'agent', 'workspaces', 'remove', name]),
        ...shownCommand(['kitty', 'release', name, '--reason', 'why']),
      ]
    case 'SpecCreated':
      return shownCommand(['kitty', 'archive', feature_slug])
    case 'GateCreated':
      return shownCommand([...passGate(feature_slug, event.entity_id), '--details', 'why'])
    case 'NoteRetracted':
      return shownCommand(['kitty', 'note', name, 'the text again'])
    default:
      return []
  }
}
