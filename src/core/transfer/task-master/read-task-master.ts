/**
 * task-master: `tasks.json`, one object per tag with its tasks, or in earlier versions the tasks themselves. A state
 * format without times: items are ordered by number.
 */
import { wordTable } from '../roles.js'
import type {
  ItemChange,
  LaneRole,
  ReadOptions,
  SourceFile,
  SourceProblem,
  Subtask,
  TransferDocument,
  TransferFeature,
  TransferItem,
} from '../document.js'
import { freeSubtaskId } from '../../specs/listed.js'
import { withoutBadEdges } from '../graph.js'
import { idAt, idOf, isJson, type Json, listAt, objectAt, parseJson, textAt, textsAt } from '../json.js'
import { parseMoment } from '../moment.js'
import { block, bodyOf, LossCount, nameOf, textOf, singleLine } from '../text.js'

export const TASK_MASTER = 'task-master'

const ROLES = wordTable<LaneRole>({
  pending: 'initial',
  todo: 'initial',
  'in-progress': 'working',
  review: 'review',
  done: 'done',
  completed: 'done',
  deferred: 'stopped',
  blocked: 'stopped',
  cancelled: 'dropped',
  canceled: 'dropped',
})
const READ = new Set(
  'id title description status dependencies priority details testStrategy subtasks assignee updatedAt createdAt'.split(
    ' ',
  ),
)

export function readTaskMaster(files: readonly SourceFile[], options: ReadOptions): TransferDocument {
  const problems: SourceProblem[] = []
  const losses = new LossCount()
  const features: TransferFeature[] = []
  let source: string | null = null
  for (const file of files) {
    const text = textOf(file, problems)
    if (text === undefined) continue
    const parsed = parseJson(text)
    if (!parsed.ok || !isJson(parsed.value)) {
      const message = parsed.ok ? 'is no tasks.json: it holds no object' : `cannot be read: ${parsed.message}`
      problems.push({ file: file.path, line: null, message })
      continue
    }
    source ??= projectName(parsed.value)
    const lists = taskLists(parsed.value)
    if (lists.length === 0)
      problems.push({ file: file.path, line: null, message: 'is no tasks.json: no tag in it has tasks' })
    for (const { tag, json } of lists)
      features.push(readTag(tag, json, { file: file.path, problems, losses, zone: options.zone }))
  }
  return {
    format: TASK_MASTER,
    source,
    workflow: null,
    roles: ROLES,
    features,
    problems,
    losses: losses.losses,
  }
}

interface Reading {
  readonly file: string
  readonly problems: SourceProblem[]
  readonly losses: LossCount
  readonly zone: string | undefined
}

function taskLists(root: Json): { readonly tag: string; readonly json: Json }[] {
  if (Array.isArray(root['tasks'])) return [{ tag: '', json: root }]
  return Object.entries(root).flatMap(([tag, json]) =>
    isJson(json) && Array.isArray(json['tasks']) ? [{ tag, json }] : [],
  )
}

function projectName(root: Json): string | null {
  const meta = objectAt(root, 'meta') ?? objectAt(root, 'metadata')
  return meta === null ? null : (textAt(meta, 'projectName') ?? textAt(meta, 'project'))
}

function readTag(tag: string, json: Json, reading: Reading): TransferFeature {
  const metadata = objectAt(json, 'metadata') ?? objectAt(json, 'meta')
  const time = (key: string): string | null => parseMoment(metadata?.[key], reading.zone)
  const createdAt = time('created') ?? time('createdAt')
  const seen = new Set<string>()
  const items = listAt(json, 'tasks').flatMap((task, at) => {
    const where = `task ${at + 1}${tag === '' ? '' : ` of tag ${singleLine(tag)}`}`
    const problem = (message: string): void =>
      void reading.problems.push({ file: reading.file, line: null, message: `${where} ${message}` })
    const item = isJson(task) ? readTask(task, { ...reading, tag, problem, createdAt }) : undefined
    if (item === undefined) problem('is no task: it has no id')
    else if (seen.has(item.id)) problem(`repeats the id ${item.id}; the first one counts`)
    if (item === undefined || seen.has(item.id)) return []
    seen.add(item.id)
    return [item]
  })
  const { items: kept, dropped } = withoutBadEdges(items)
  for (const { why } of dropped) reading.losses.add(`dependency (${why})`, 'dropped')
  const title = tag === '' || tag === 'master' ? (textAt(metadata ?? {}, 'projectName') ?? 'Tasks') : tag
  return {
    id: prefixOf(tag),
    source: null,
    name: title,
    title: singleLine(title),
    mission: null,
    createdAt,
    createdBy: null,
    items: kept,
    notes: [],
  }
}

interface TaskReading extends Reading {
  readonly tag: string
  readonly problem: (message: string) => void
  readonly createdAt: string | null
}

/**
 * Every file has this tag, and had it before tags existed, so it needs no prefix; IDs in other tags begin with the tag.
 */
function prefixOf(tag: string): string {
  return tag === 'master' ? '' : tag
}

function itemId(tag: string, id: string): string {
  const prefix = prefixOf(tag)
  return prefix === '' ? id : `${prefix}/${id}`
}

function readTask(
  json: Json,
  { tag, losses, problem, createdAt, zone }: TaskReading,
): TransferItem | undefined {
  const id = idAt(json, 'id')
  if (id === null || nameOf(id) === undefined) return undefined
  const status = textAt(json, 'status') ?? 'pending'
  const role = ROLES[status]
  if (role === undefined) losses.add(`status ${singleLine(status)} (as pending)`, 'dropped')
  const details = takeNotes(textAt(json, 'details') ?? '')
  const updatedAt = parseMoment(json['updatedAt'], zone)
  const assignee = textAt(json, 'assignee')
  const subtasks = readSubtasks(json, losses, problem)
  for (const key of Object.keys(json)) if (!READ.has(key)) losses.add(singleLine(key), 'dropped')
  return {
    id: itemId(tag, id),
    workPackage: null,
    title: singleLine(textAt(json, 'title') ?? '') || `Task ${id}`,
    body: bodyOf(textAt(json, 'description'), [
      ['Details', details.text],
      ['Test strategy', textAt(json, 'testStrategy')],
      ['Subtasks', subtasks.text],
    ]),
    createdAt: parseMoment(json['createdAt'], zone) ?? createdAt,
    createdBy: null,
    updatedAt,
    updatedBy: assignee,
    // `1.2` depends on a subtask, and kitty has no such edge: depend on the whole task.
    dependencies: textsAt(json, 'dependencies')
      .map((to) => to.split('.', 1)[0] ?? to)
      .filter((to) => to !== id)
      .map((to) => itemId(tag, to)),
    subtasks: subtasks.list,
    tags: role === 'stopped' ? [status] : [],
    priority: textAt(json, 'priority'),
    assignee: assignee === null ? null : (nameOf(assignee) ?? null),
    lane: { status, role: role ?? 'initial', lane: null, at: updatedAt, by: assignee },
    changes: [...details.notes, ...subtasks.notes],
  }
}

/** Turns `<info added on TIME>` blocks into notes; an unclosed block stays text. */
function takeNotes(details: string): { readonly text: string | null; readonly notes: readonly ItemChange[] } {
  const notes: ItemChange[] = []
  const closings = new Map<string, Mark[]>()
  for (const mark of marksIn(details, '</info added on ').reverse()) {
    const same = closings.get(mark.time)
    if (same === undefined) closings.set(mark.time, [mark])
    else same.push(mark)
  }
  let [text, end] = ['', 0]
  for (const { time, from, to } of marksIn(details, '<info added on ')) {
    if (from < end) continue
    const own = closings.get(time) ?? []
    while ((own.at(-1)?.from ?? to) < to) own.pop()
    const closing = own.at(-1)
    if (closing === undefined) continue
    const note = block(details.slice(to, closing.from)).trim()
    if (note !== '') notes.push({ kind: 'note', id: null, at: parseMoment(time), by: null, text: note })
    text += details.slice(end, from)
    end = closing.to + (details[closing.to] === '\n' ? 1 : 0)
  }
  text += details.slice(end)
  return { text: text.trim() === '' ? null : text, notes }
}

interface Mark {
  readonly time: string
  readonly from: number
  readonly to: number
}

/** Finds all marks in one pass: a search for each mark's other end takes time by the square of their number. */
function marksIn(text: string, opening: string): Mark[] {
  const marks: Mark[] = []
  for (let from = text.indexOf(opening); from >= 0; from = text.indexOf(opening, from + opening.length)) {
    const begin = from + opening.length
    const time = /^([^>\n]{1,60})>/.exec(text.slice(begin, begin + 61))?.[1]
    if (time !== undefined) marks.push({ time, from, to: begin + time.length + 1 })
  }
  return marks
}

function readSubtasks(
  json: Json,
  losses: LossCount,
  problem: (message: string) => void,
): {
  readonly list: readonly Subtask[]
  readonly text: string | null
  readonly notes: readonly ItemChange[]
} {
  const list = new Map<string, Subtask>()
  const parts: string[] = []
  const notes: ItemChange[] = []
  for (const subtask of listAt(json, 'subtasks')) {
    const number = isJson(subtask) ? idAt(subtask, 'id') : null
    if (!isJson(subtask) || number === null) {
      problem('has a subtask without an id')
      continue
    }
    const id = subtaskIdOf(number)
    if (list.has(id)) problem(`has the subtask ${number} twice; the first one counts`)
    if (list.has(id)) continue
    const status = textAt(subtask, 'status') ?? 'pending'
    const title = singleLine(textAt(subtask, 'title') ?? '')
    list.set(id, { id, title, done: ROLES[status] === 'done' })
    if (ROLES[status] !== 'done' && ROLES[status] !== 'initial')
      losses.add(`subtask status ${singleLine(status)}`, 'body')
    const details = takeNotes(textAt(subtask, 'details') ?? '')
    for (const note of details.notes) notes.push(note)
    const waits = listAt(subtask, 'dependencies').flatMap((to) => idOf(to) ?? [])
    if (waits.length > 0) losses.add('dependency of a subtask', 'body')
    const rest = [
      textAt(subtask, 'description'),
      details.text,
      ROLES[status] === 'done' || ROLES[status] === 'initial' ? null : `Status: ${status}`,
      waits.length === 0 ? null : `Depends on: ${waits.join(', ')}`,
    ].filter((part) => part !== null)
    if (rest.length > 0) parts.push(`### ${id}: ${title}\n\n${rest.join('\n\n')}`)
  }
  return { list: [...list.values()], text: parts.length === 0 ? null : parts.join('\n\n'), notes }
}

const NONE_TAKEN: ReadonlySet<string> = new Set()

/** Returns `T002` for 2: a subtask's number is its position under its task. */
function subtaskIdOf(number: string): string {
  const last = number.split('.').at(-1) ?? number
  return /^\d{1,6}$/.test(last) ? `T${last.padStart(3, '0')}` : freeSubtaskId(singleLine(number), NONE_TAKEN)
}
