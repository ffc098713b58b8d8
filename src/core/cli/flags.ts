import { Args, Flags } from '@oclif/core'
import { LAST_PRIORITY } from '../specs/priority.js'

/** Flags shared by several commands, so that a word means the same everywhere. */

export const featureFlag = Flags.string({
  char: 'f',
  summary: 'Feature, by name, number, ULID or words.',
  description: 'Default: KITTY_FEATURE, the branch, the folder you are in, or the only feature there is.',
  helpValue: 'SLUG',
})

export const actorFlag = Flags.string({
  summary: 'Who does this.',
  description: "Default: KITTY_ACTOR, git's user.name, the system's user.",
  helpValue: 'NAME',
})

const correlationFlag = Flags.string({
  summary: 'The session or run this belongs to.',
  description: 'Default: KITTY_CORRELATION_ID.',
  helpValue: 'ID',
})

export const sessionFlag = Flags.string({
  summary: 'Your session. With the actor it is who holds a package.',
  description: 'Default: KITTY_SESSION. Also the correlation where none is given.',
  helpValue: 'ID',
})

const idempotencyFlag = Flags.string({
  summary: 'Run at most once: repeating with the same key writes nothing and returns the first result.',
  helpValue: 'KEY',
})

/** Without a hub it changes nothing. */
export const offlineFlag = Flags.boolean({
  summary: 'Go on without the hub.',
  description: 'A claim is then made without knowing whether another clone has made it.',
})

/** Flags of every command that writes. */
export const provenanceFlags = {
  actor: actorFlag,
  session: sessionFlag,
  correlation: correlationFlag,
  'idempotency-key': idempotencyFlag,
  offline: offlineFlag,
}

export const workPackageArg = Args.string({
  name: 'WP',
  description: 'Work package: WP01, wp1 for short, or with its feature: 017/WP01, login/WP01.',
  required: true,
})

export const subtasksArg = Args.string({
  name: 'SUBTASK',
  description: 'Subtasks, as T001 T002 or T001,T002.',
  required: true,
  multiple: true,
})

export const contestedArg = Args.string({
  name: 'WP',
  description: 'Work package: WP01, wp1 for short, or 017/WP01; or the slug of a feature.',
  required: true,
})

export const laneFlag = (summary: string) => Flags.string({ summary, helpValue: 'LANE' })

export const requiredLaneFlag = (summary: string) =>
  Flags.string({ summary, helpValue: 'LANE', required: true })

/** Keeps help from showing an empty list as `[default: ]`. */
export const NO_DEFAULT = async (): Promise<string> => ''

/** Names several packages: repeated, or separated by commas. */
export const packagesFlag = (summary: string) =>
  Flags.string({
    summary,
    helpValue: 'WP',
    multiple: true,
    multipleNonGreedy: true,
    delimiter: ',',
    default: [],
    defaultHelp: NO_DEFAULT,
  })

export const priorityFlag = Flags.integer({
  summary: 'How urgent it is: 0 the most, 4 the least, 2 if not said.',
  helpValue: 'N',
  min: 0,
  max: LAST_PRIORITY,
})

export const bodyFlag = Flags.string({
  summary: 'File with the text below the front matter; - for stdin.',
  helpValue: 'FILE',
})

export const reasonFlag = Flags.string({ summary: 'Why. Kept with the event.', helpValue: 'TEXT' })

/** What speaks for a move. */
export const verdictFlags = {
  'review-ref': Flags.string({
    summary: 'The review this answers to. Kept with the event.',
    helpValue: 'REF',
  }),
  evidence: Flags.string({
    summary: 'Proof of the work and its approval. Kept with the event.',
    helpValue: 'TEXT',
  }),
}

/** Flags of every command that moves packages. */
export const moveFlags = {
  feature: featureFlag,
  reason: reasonFlag,
  force: Flags.boolean({ summary: 'Overrule the workflow. Needs --reason, and is recorded.' }),
  expect: laneFlag('Refuse unless this is its lane now.'),
  ...verdictFlags,
  ...provenanceFlags,
}

export const eachFlag = Flags.boolean({
  summary: 'Move each package by itself, so that a refusal of one leaves the others moved.',
})

/**
 * The arguments that git passes to a merge driver, in git's order (gitattributes(5), "Defining a custom merge driver").
 */
export const mergeDriverArgs = {
  base: Args.string({
    name: 'BASE',
    description: 'Their last common version; may be empty.',
    required: true,
  }),
  ours: Args.string({ name: 'OURS', description: 'Our version, and where the result goes.', required: true }),
  theirs: Args.string({ name: 'THEIRS', description: 'Their version.', required: true }),
  path: Args.string({ name: 'PATH', description: 'What the file is called in the repository.' }),
}

/** Flags that select events, shared by the commands that list or follow them. */
export const eventFlags = {
  entity: Flags.string({ summary: 'Only this entity: a work package, a gate, a feature.', helpValue: 'ID' }),
  type: Flags.string({ summary: 'Only this event type.', helpValue: 'TYPE' }),
  feature: featureFlag,
  actor: Flags.string({ summary: 'Only what this actor did.', helpValue: 'NAME' }),
  causation: Flags.string({ summary: 'Only what this operation caused.', helpValue: 'ID' }),
  correlation: Flags.string({ summary: 'Only what belongs to this session or run.', helpValue: 'ID' }),
}

/** A number of things: no greater than a whole number can be without losing digits. */
export const countFlag = (summary: string, { min = 1, helpValue = 'N' } = {}) =>
  Flags.integer({ summary, min, max: Number.MAX_SAFE_INTEGER, helpValue })

/** Flags of every list. */
export const listFlags = {
  limit: countFlag('At most so many.'),
  fields: Flags.string({ summary: 'Only these fields, named as in JSON.', helpValue: 'A,B' }),
  brief: Flags.boolean({ summary: 'Leave out what holds nothing.' }),
  budget: countFlag('At most so many tokens of output.', { helpValue: 'TOKENS' }),
}
