import { KittyError } from '../../errors/kitty-error.js'
import { quoted } from '../../errors/secrets.js'
import { shownCommand, shownWords } from '../../errors/next-step.js'
import type { ConflictDetailDocument } from '../../projections/board-document.js'
import { eventsNamed } from '../../workspace/event-name.js'

/** What a decision asks for. `keep` is an event, the actor who wrote the value, or the value itself. */
interface KeepRequest {
  readonly feature: string
  readonly entity: string
  readonly keep: string
  readonly register?: string | undefined
}

type Write = ConflictDetailDocument['events'][number]

/**
 * The ID of the event that `keep` names. Open conflicts come first; settled ones serve a repeat of the same decision.
 * @throws KittyError UsageError, listing the choices, for a name of none or of several of the writes
 */
export function writeToKeep(details: readonly ConflictDetailDocument[], request: KeepRequest): string {
  const { keep, register } = request
  const ids = eventsNamed(
    keep,
    details.flatMap(({ events }) => events.map((write) => write.event_id)),
  )
  const inRegister = details.filter((conflict) => register === undefined || conflict.register === register)
  const ways = [
    ids,
    named(
      inRegister.filter(({ open }) => open),
      keep,
    ),
    named(inRegister, keep),
  ]
  const [found, ...others] = ways.find((way) => way.length > 0) ?? []
  if (found === undefined) throw noSuchWrite(details, request)
  if (others.length > 0) throw noSuchWrite(details, request, 'names several of')
  return found
}

function named(conflicts: readonly ConflictDetailDocument[], keep: string): string[] {
  const writes = conflicts.flatMap(({ events }) => events)
  return [...new Set(writes.filter((write) => isCalled(write, keep)).map((write) => write.event_id))]
}

function isCalled({ actor, value }: Write, keep: string): boolean {
  return actor === keep || value === keep || (typeof value === 'number' && String(value) === keep)
}

/**
 * The conflict that keeping this write decides.
 * @throws KittyError UsageError (no such write, another register), LostRace (already settled)
 */
export function decidedConflict(
  details: readonly ConflictDetailDocument[],
  request: KeepRequest,
): ConflictDetailDocument {
  const { keep, register } = request
  const among = details.filter(({ events }) => events.some((write) => write.event_id === keep))
  // One event may have written several registers. An open conflict is more likely to be the one meant.
  const named = among.find((conflict) => conflict.register === register)
  const conflict = named ?? among.find((candidate) => candidate.open) ?? among[0]
  if (conflict === undefined) throw noSuchWrite(details, request)
  if (register !== undefined && register !== conflict.register) throw otherRegister(conflict, request)
  if (!conflict.open) throw settledAlready(conflict, request)
  return conflict
}

export function noSuchWrite(
  details: readonly ConflictDetailDocument[],
  { feature, entity, keep, register }: KeepRequest,
  relation = 'is none of',
): KittyError {
  const open = details.filter(
    (conflict) => conflict.open && (register === undefined || conflict.register === register),
  )
  const choices = open.flatMap((conflict) =>
    conflict.events.map((write) => ({ ...write, register: conflict.register })),
  )
  const steps = choices.flatMap((write) =>
    shownCommand(
      ['kitty', 'resolve', entity, '--keep', write.event_id, '--feature', feature],
      `${write.register} ${JSON.stringify(write.value)} by ${write.actor}`,
    ),
  )
  const over = register === undefined ? '' : ` over ${quoted(register, 60)}`
  const message =
    steps.length > 0
      ? `${quoted(keep, 40)} ${relation} the writes that ${entity} of ${feature} has in conflict${over}.`
      : `${entity} of ${feature} has no open conflict${over}.`
  return new KittyError('UsageError', message, {
    nextSteps: steps.length > 0 ? steps : shownCommand(['kitty', 'conflicts', '--all']),
    context: { feature_slug: feature, entity, keep, choices },
  })
}

function otherRegister({ register }: ConflictDetailDocument, request: KeepRequest): KittyError {
  const message = `${request.keep} wrote ${register}, not ${quoted(request.register ?? '', 60)}.`
  return new KittyError('UsageError', message, {
    nextSteps: [...shownWords(['--register', register]), 'or leave --register out'],
  })
}

function settledAlready(conflict: ConflictDetailDocument, { feature, entity }: KeepRequest): KittyError {
  const { settled_by, register } = conflict
  const who = settled_by === null ? '' : ` by ${settled_by.actor} at ${settled_by.timestamp}`
  return new KittyError('LostRace', `The conflict of ${entity} over ${register} was settled${who}.`, {
    nextSteps: shownCommand(['kitty', 'agent', 'conflicts', 'show', entity, '--feature', feature]),
    context: { feature_slug: feature, work_package: entity, register, settled_by },
  })
}
