/** Says what is not of the form in the document that a plugin's importer read: kitty would fail in its own code there. */

/** What is wrong with a value, as the end of a sentence that begins with its place. Undefined if it is as it must be. */
type Check = (value: unknown, place: string) => string | undefined

const text: Check = (value, place) => (typeof value === 'string' ? undefined : `${place} is no text`)
const flag: Check = (value, place) =>
  typeof value === 'boolean' ? undefined : `${place} is not true or false`

const orNull =
  (check: Check): Check =>
  (value, place) =>
    value === null ? undefined : check(value, place)

const orNone =
  (check: Check): Check =>
  (value, place) =>
    value === undefined ? undefined : check(value, place)

const oneOf =
  (...words: readonly string[]): Check =>
  (value, place) =>
    typeof value === 'string' && words.includes(value) ? undefined : `${place} is none of ${words.join(', ')}`

const list =
  (check: Check): Check =>
  (value, place) => {
    if (!Array.isArray(value)) return `${place} is no list`
    // Cast: Array.isArray returns any[].
    for (const [at, one] of (value as unknown[]).entries()) {
      const fault = check(one, `${place}[${at}]`)
      if (fault !== undefined) return fault
    }
    return undefined
  }

const object =
  (keys: Readonly<Record<string, Check>>): Check =>
  (value, place) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${place} is no object`
    const values = new Map(Object.entries(value))
    for (const [key, check] of Object.entries(keys)) {
      const fault = check(values.get(key), place === '' ? key : `${place}.${key}`)
      if (fault !== undefined) return fault
    }
    return undefined
  }

/** Refuses a list in which two elements have one ID, in one source: both would be one package or feature. */
const distinct =
  (check: Check): Check =>
  (value, place) => {
    const fault = list(check)(value, place)
    if (fault !== undefined) return fault
    const known = new Set<string>()
    // Cast: the check has found a list of objects with an ID.
    for (const [at, { id, source = null }] of (value as Identified[]).entries()) {
      const name = JSON.stringify([source, id])
      if (known.has(name)) return `${place}[${at}].id is that of another one: ${id}`
      known.add(name)
    }
    return undefined
  }

interface Identified {
  readonly id: string
  readonly source?: string | null
}

const nullableText = orNull(text)
const role = oneOf('initial', 'working', 'review', 'done', 'dropped', 'stopped')
const base = { id: nullableText, at: nullableText, by: nullableText }
const extra = orNull(object({}))

const CHANGES: Readonly<Record<string, Check>> = {
  note: object({ ...base, text }),
  link: object({
    ...base,
    link: oneOf('tracker', 'review', 'commit', 'other'),
    ref: text,
    title: nullableText,
  }),
  move: object({
    ...base,
    from: text,
    to: text,
    reason: nullableText,
    force: flag,
    evidence: extra,
    review: extra,
    actorInfo: extra,
  }),
  subtask: object({ ...base, subtask: text, done: flag }),
  assign: object({ ...base, assignee: nullableText, actorInfo: extra }),
}

const change: Check = (value, place) => {
  const fault = object({ kind: oneOf(...Object.keys(CHANGES)) })(value, place)
  // Cast: the check has found an object with one of these kinds.
  return fault ?? CHANGES[(value as { kind: string }).kind]?.(value, place)
}

const item = object({
  id: text,
  workPackage: nullableText,
  title: text,
  body: text,
  createdAt: nullableText,
  createdBy: nullableText,
  updatedAt: nullableText,
  updatedBy: nullableText,
  dependencies: list(text),
  subtasks: list(object({ id: text, title: text, done: flag })),
  tags: list(text),
  priority: nullableText,
  assignee: orNone(nullableText),
  lane: orNone(object({ status: text, role, lane: nullableText, at: nullableText, by: nullableText })),
  changes: list(change),
})

const document = object({
  format: text,
  source: orNone(nullableText),
  workflow: orNone(nullableText),
  roles: orNone(object({})),
  features: distinct(
    object({
      id: text,
      source: nullableText,
      name: text,
      title: text,
      mission: nullableText,
      createdAt: nullableText,
      createdBy: nullableText,
      items: distinct(item),
      notes: list(object({ ...base, text })),
    }),
  ),
  problems: list(object({ file: text, line: orNull(wholeNumber), message: text })),
  losses: list(object({ what: text, count: wholeNumber, where: oneOf('body', 'dropped') })),
})

function wholeNumber(value: unknown, place: string): string | undefined {
  return Number.isSafeInteger(value) ? undefined : `${place} is no whole number`
}

/** Undefined for a document that an import can plan. */
export function documentFault(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'it read no document'
  const fault = document(value, '')
  return fault === undefined ? undefined : `in its document, ${fault}`
}
