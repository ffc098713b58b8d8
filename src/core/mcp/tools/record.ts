import { KittyError } from '../../errors/kitty-error.js'
import { Gates, type GateStatus } from '../../services/gates.js'
import { MarkSubtasks } from '../../services/mark-subtasks.js'
import { NoteTask } from '../../services/note-task.js'
import { RecordUsage } from '../../services/record-usage.js'
import { TagTask } from '../../services/tag-task.js'
import type { Provenance } from '../../store/event-store.js'
import { KEY, LIST, PLACE, TEXT, type Place, type Tool, type ToolCall } from '../tool.js'
import { sentence } from '../../errors/next-step.js'

const STATES: readonly GateStatus[] = ['pending', 'passed', 'failed']

type About = Place & { readonly provenance: Provenance }
type Part = (call: ToolCall, about: About) => Promise<object>

/** What can be recorded, each by the service of the command that does the same. */
const PARTS: Readonly<Record<string, { readonly asked: readonly string[]; readonly write: Part }>> = {
  note: {
    asked: ['note'],
    write: async ({ services, input }, about) =>
      (await services.resolve(NoteTask)).note({ ...about, text: input.text('note') }),
  },
  tags: {
    asked: ['tags', 'untag'],
    write: async ({ services, input }, about) =>
      (await services.resolve(TagTask)).tag({
        ...about,
        add: input.list('tags'),
        remove: input.list('untag'),
      }),
  },
  subtasks: {
    asked: ['done'],
    write: async ({ services, input }, about) =>
      (await services.resolve(MarkSubtasks)).mark({ ...about, subtasks: input.list('done'), done: true }),
  },
  open_subtasks: {
    asked: ['open'],
    write: async ({ services, input }, about) =>
      (await services.resolve(MarkSubtasks)).mark({ ...about, subtasks: input.list('open'), done: false }),
  },
  gate: {
    asked: ['gate', 'status', 'details'],
    write: async ({ services, input }, about) => {
      const status = STATES.find((state) => state === input.text('status'))
      if (status === undefined) throw noState(input.text('status'))
      const details = input.optional('details')
      return (await services.resolve(Gates)).set({ ...about, gate: input.text('gate'), status, details })
    },
  },
  usage: {
    asked: ['tokens', 'cost', 'seconds'],
    write: async ({ services, input }, about) =>
      (await services.resolve(RecordUsage)).record({
        ...about,
        tokens: input.optional('tokens'),
        cost: input.optional('cost'),
        seconds: input.optional('seconds'),
      }),
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
    const { input, provenance, place } = call
    const about = await place()
    const asked = Object.entries(PARTS).filter(([, part]) => input.has(...part.asked))
    if (asked.length === 0) throw nothing()
    const recorded: Record<string, object> = {}
    for (const [name, { write }] of asked) {
      // A key belongs to one append, and each part is one.
      const causationId =
        provenance.causationId === null || asked.length === 1
          ? provenance.causationId
          : `${provenance.causationId}/${name}`
      recorded[name] = await write(call, { ...about, provenance: { ...provenance, causationId } })
    }
    const { feature, workPackage } = about
    return {
      document: { feature, work_package: workPackage, recorded },
      text: `${feature}/${workPackage}: recorded ${Object.keys(recorded).join(', ')}`,
    }
  },
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
