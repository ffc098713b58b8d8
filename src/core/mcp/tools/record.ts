import { isKittyError, KittyError } from '../../errors/kitty-error.js'
import { secretIn } from '../../errors/secrets.js'
import type { LogEvent } from '../../events-lib.js'
import { unconverted } from '../../files/storage-error.js'
import { Gates, type GateStatus, type SetGateRequest } from '../../services/packages/gates.js'
import { type MarkRequest, MarkSubtasks } from '../../services/packages/mark-subtasks.js'
import { type NoteRequest, NoteTask } from '../../services/packages/note-task.js'
import { RecordUsage, type UsageRequest } from '../../services/packages/record-usage.js'
import { type TagRequest, TagTask } from '../../services/packages/tag-task.js'
import { EventStore, type Provenance } from '../../store/event-store.js'
import { KEY, LIST, PLACE, TEXT, type Place, type Tool, type ToolCall } from '../tool.js'
import { sentence } from '../../errors/next-step.js'

const STATES: readonly GateStatus[] = ['pending', 'passed', 'failed']

type About = Place & { readonly provenance: Provenance }

interface Part {
  readonly asked: readonly string[]
  /** Whether an event is one that this part writes. */
  readonly wrote: (event: LogEvent) => boolean
  /** Refuses what `write` would refuse, and writes nothing. */
  readonly check: (call: ToolCall, about: About) => Promise<void>
  readonly write: (call: ToolCall, about: About) => Promise<object>
}

const noteOf = ({ input }: ToolCall, about: About): NoteRequest => ({ ...about, text: input.text('note') })
const tagsOf = ({ input }: ToolCall, about: About): TagRequest => ({
  ...about,
  add: input.list('tags'),
  remove: input.list('untag'),
})
const usageOf = ({ input }: ToolCall, about: About): UsageRequest => ({
  ...about,
  tokens: input.optional('tokens'),
  cost: input.optional('cost'),
  seconds: input.optional('seconds'),
})

function gateOf({ input }: ToolCall, about: About): SetGateRequest {
  const status = STATES.find((state) => state === input.text('status'))
  if (status === undefined) throw noState(input.text('status'))
  return { ...about, gate: input.text('gate'), status, details: input.optional('details') }
}

function marks(name: 'done' | 'open'): Part {
  const done = name === 'done'
  const request = ({ input }: ToolCall, about: About): MarkRequest => ({
    ...about,
    subtasks: input.list(name),
    done,
  })
  return {
    asked: [name],
    wrote: (event) => event.event_type === 'SubtaskCompleted' && Reflect.get(event.payload, 'done') === done,
    check: async (call, about) => (await call.services.resolve(MarkSubtasks)).check(request(call, about)),
    write: async (call, about) => (await call.services.resolve(MarkSubtasks)).mark(request(call, about)),
  }
}

/** What can be recorded, each by the service of the command that does the same. */
const PARTS: Readonly<Record<string, Part>> = {
  note: {
    asked: ['note'],
    wrote: (event) => event.event_type === 'NoteAdded',
    check: async (call, about) => (await call.services.resolve(NoteTask)).check(noteOf(call, about)),
    write: async (call, about) => (await call.services.resolve(NoteTask)).note(noteOf(call, about)),
  },
  tags: {
    asked: ['tags', 'untag'],
    wrote: (event) => event.event_type === 'TagsChanged',
    check: async (call, about) => (await call.services.resolve(TagTask)).check(tagsOf(call, about)),
    write: async (call, about) => (await call.services.resolve(TagTask)).tag(tagsOf(call, about)),
  },
  subtasks: marks('done'),
  open_subtasks: marks('open'),
  gate: {
    asked: ['gate', 'status', 'details'],
    wrote: (event) => event.event_type === 'GateResultChanged',
    check: async (call, about) => (await call.services.resolve(Gates)).check(gateOf(call, about)),
    write: async (call, about) => (await call.services.resolve(Gates)).set(gateOf(call, about)),
  },
  usage: {
    asked: ['tokens', 'cost', 'seconds'],
    wrote: (event) => event.event_type === 'UsageRecorded',
    check: async (call, about) => (await call.services.resolve(RecordUsage)).check(usageOf(call, about)),
    write: async (call, about) => (await call.services.resolve(RecordUsage)).record(usageOf(call, about)),
  },
}

export const record: Tool = {
  description: 'Record on a package: tick (done) or untick (open) subtasks, note, tags, gate result, usage.',
  properties: {
    ...PLACE,
    done: LIST,
    open: LIST,
    note: TEXT,
    tags: LIST,
    untag: LIST,
    gate: TEXT,
    status: { enum: [...STATES] },
    details: TEXT,
    tokens: TEXT,
    cost: TEXT,
    seconds: TEXT,
    ...KEY,
  },
  required: ['wp'],
  async answer(call) {
    const { input, services, provenance, place } = call
    const about = await place()
    const asked = Object.entries(PARTS).filter(([, part]) => input.has(...part.asked))
    if (asked.length === 0) throw nothing()
    const store = await services.resolve(EventStore)
    const recorded = await store.exclusively('mcp record', () =>
      recordAll(call, store, asked, { ...about, provenance }),
    )
    const { feature, workPackage } = about
    return {
      document: { feature, work_package: workPackage, recorded },
      text: `${feature}/${workPackage}: recorded ${Object.keys(recorded).join(', ')}`,
    }
  },
}

/** Checks every part before it writes the first one: an agent that corrects one part repeats them all. */
async function recordAll(
  call: ToolCall,
  store: EventStore,
  asked: readonly (readonly [string, Part])[],
  about: About,
): Promise<Readonly<Record<string, object>>> {
  const parts = await Promise.all(
    asked.map(async ([name, part]) => {
      const key = await keyOf(store, about.provenance.causationId, name, part)
      const isRepeat = key !== null && (await store.causedBy(key)).length > 0
      return {
        name,
        part,
        isRepeat,
        about: { ...about, provenance: { ...about.provenance, causationId: key } },
      }
    }),
  )
  const [earlier, rest] = [
    parts.filter(({ isRepeat }) => isRepeat),
    parts.filter(({ isRepeat }) => !isRepeat),
  ]
  const recorded = new Map<string, object>()
  // A repeat writes nothing, and is refused where its key was used for something else.
  for (const one of earlier) recorded.set(one.name, await one.part.write(call, one.about))
  refuseSecret(
    call,
    rest.flatMap(({ part }) => part.asked),
  )
  for (const one of rest) await one.part.check(call, one.about)
  const written: string[] = []
  for (const one of rest) {
    try {
      recorded.set(one.name, await one.part.write(call, one.about))
      written.push(one.name)
    } catch (error) {
      throw written.length === 0 ? error : inPart(error, written)
    }
  }
  return Object.fromEntries(asked.map(([name]) => [name, recorded.get(name) ?? {}]))
}

/**
 * Each part is an append of its own, with a key of its own. Earlier versions stored a part that was the only one under
 * the plain key: it still answers. A plain key of another operation stays that operation's.
 */
async function keyOf(
  store: EventStore,
  key: string | null,
  name: string,
  part: Part,
): Promise<string | null> {
  if (key === null) return null
  const own = `${key}/${name}`
  const [ours, plain] = [await store.causedBy(own), await store.causedBy(key)]
  if (ours.length > 0 || plain.length === 0) return own
  const isOther = !Object.values(PARTS).some(({ wrote }) => plain.every(wrote))
  return isOther || plain.every(part.wrote) ? key : own
}

/** The store refuses secrets, too, but only when it comes to them. */
function refuseSecret({ input }: ToolCall, names: readonly string[]): void {
  const kind = names
    .flatMap((name) => input.list(name))
    .map(secretIn)
    .find((found) => found !== undefined)
  if (kind === undefined) return
  throw new KittyError(
    'ValidationError',
    `The arguments hold what looks like ${kind}. Nothing was recorded.`,
    {
      nextSteps: ['Write it without the secret and call the tool again.'],
      context: { secret: kind },
    },
  )
}

/** What went wrong after some parts were written. */
function inPart(thrown: unknown, recorded: readonly string[]): KittyError {
  const error = unconverted(thrown) ?? thrown
  const message = error instanceof Error ? error.message : String(error)
  const known = isKittyError(error) ? error : undefined
  return new KittyError(
    known?.kind ?? 'InternalError',
    `${message} Recorded before that: ${recorded.join(', ')}.`,
    {
      nextSteps: [
        ...(known?.nextSteps ?? []),
        sentence`Repeat the call without what is recorded: ${recorded}`,
      ],
      context: { ...known?.context, recorded },
      cause: thrown,
    },
  )
}

function noState(status: string): KittyError {
  return new KittyError('UsageError', `A gate cannot be ${JSON.stringify(status.slice(0, 40))}.`, {
    nextSteps: [sentence`status: one of ${STATES}`],
    context: { status },
  })
}

function nothing(): KittyError {
  return new KittyError('UsageError', 'There is nothing to record.', {
    nextSteps: ['Give done, open, note, tags, untag, gate with status, tokens, cost or seconds.'],
  })
}
