/**
 * Backlog.md: one Markdown file per task under `backlog/`, with statuses in `config.yml`. A state format: a file says
 * when the task was created and last changed, but not when its status changed.
 */
import { splitFrontMatter } from '../../specs/front-matter.js'
import type {
  ItemChange,
  LaneRole,
  ReadOptions,
  SourceFile,
  SourceProblem,
  TransferDocument,
  TransferItem,
} from '../document.js'
import { featuresOf, type LabeledItem, ownWorkPackage } from '../features.js'
import { idAt, idOf, type Json, listAt, otherFields, textAt, textsAt } from '../json.js'
import { lanePerLabel, readLabels, tableNamed } from '../labels.js'
import { parseMoment } from '../moment.js'
import { subtasksOf } from '../subtasks.js'
import { block, bodyOf, LossCount, nameOf, readText, textOf, singleLine } from '../text.js'
import { readYaml } from '../yaml.js'
import { type BacklogComment, readChecklist, readComments, readSections } from './sections.js'
import { BACKLOG_STATUSES, backlogStatus } from './status.js'

export const BACKLOG = 'backlog'

const TASK = /(?:^|\/)(tasks|completed|drafts)\/[^/]+\.md$/
const READ = new Set(
  'id title status assignee reporter created_date updated_date labels dependencies priority references type'.split(
    ' ',
  ),
)

export async function readBacklog(
  files: readonly SourceFile[],
  options: ReadOptions,
): Promise<TransferDocument> {
  const problems: SourceProblem[] = []
  const losses = new LossCount()
  const config = await readConfig(files, problems)
  const found: LabeledItem[] = []
  for (const file of files) {
    if (/config\.ya?ml$/.test(file.path) || /(?:^|\/)readme\.md$/i.test(file.path)) continue
    const one = await readTask(file, config, options, problems, losses)
    if (one !== undefined) found.push(one)
  }
  if (found.length === 0 && problems.length === 0 && !config.isBacklogs)
    problems.push({
      file: files[0]?.path ?? '',
      line: null,
      message: "is not Backlog.md's: there is no task, and no config.yml that names a project or statuses",
    })
  const name = config.name ?? 'Backlog'
  return {
    format: BACKLOG,
    source: config.name,
    workflow: found.find(({ labels }) => labels.workflow !== null)?.labels.workflow ?? null,
    roles: {},
    features: featuresOf(found, { id: '', name, title: name }, problems, losses),
    problems,
    losses: losses.losses,
  }
}

interface Config {
  readonly name: string | null
  readonly statuses: readonly string[]
  /** Whether there is such a file and it says anything that Backlog.md reads. */
  readonly isBacklogs: boolean
}

async function readConfig(files: readonly SourceFile[], problems: SourceProblem[]): Promise<Config> {
  const file = files.find(({ path }) => /config\.ya?ml$/.test(path))
  if (file === undefined) return { name: null, statuses: BACKLOG_STATUSES, isBacklogs: false }
  const { text, isText, problems: faults } = readText(file)
  const yaml: Awaited<ReturnType<typeof readYaml>> = isText
    ? await readYaml(text)
    : { ok: false, reason: `it ${faults[0]?.message ?? 'is not text'}` }
  if (!yaml.ok) {
    problems.push({
      file: file.path,
      line: null,
      message: `cannot be read, so its statuses are taken as To Do, In Progress, Done: ${yaml.reason}`,
    })
    return { name: null, statuses: BACKLOG_STATUSES, isBacklogs: false }
  }
  const statuses = textsAt(yaml.mapping, 'statuses')
  const name = textAt(yaml.mapping, 'project_name')
  return {
    name,
    statuses: statuses.length > 0 ? statuses : BACKLOG_STATUSES,
    isBacklogs: name !== null || statuses.length > 0,
  }
}

async function readTask(
  file: SourceFile,
  config: Config,
  options: ReadOptions,
  problems: SourceProblem[],
  losses: LossCount,
): Promise<LabeledItem | undefined> {
  const problem = (message: string): LabeledItem | undefined => {
    problems.push({ file: file.path, line: null, message })
    return undefined
  }
  const text = textOf(file, problems)
  if (text === undefined) return undefined
  const bytes = Buffer.from(text)
  const head = splitFrontMatter(bytes)
  if (head.kind === 'none') return problem('has no front matter, so it is no task')
  if (head.kind === 'broken') return problem(head.problem)
  const yaml = await readYaml(quoteHandles(bytes.toString('utf8', head.start, head.end)))
  if (!yaml.ok) return problem(`its front matter is not readable YAML: ${yaml.reason}`)
  const keys = yaml.mapping
  const id = spelled(idAt(keys, 'id'))
  if (id === null || nameOf(id) === undefined) return problem('has no id, so it is no task')
  for (const key of Object.keys(keys)) if (!READ.has(key)) losses.add(singleLine(key), 'body')

  const labels = readLabels(textsAt(keys, 'labels'), losses)
  const folder = TASK.exec(file.path)?.[1]
  const place = placeOf(textAt(keys, 'status'), folder, config)
  if (place.isUnknown)
    losses.add(`status ${singleLine(place.status)} (as ${config.statuses[0] ?? 'first'})`, 'dropped')
  const table = tableNamed(labels.workflow, options.table)
  const byLabel = lanePerLabel(labels.lane, place.status, table, backlogStatus)
  const time = (key: string): string | null => parseMoment(keys[key], options.zone)
  const [createdAt, updatedAt] = [time('created_date'), time('updated_date')]
  if (createdAt === null) problem('has no readable created_date')
  const [assignee, ...others] = peopleAt(keys, 'assignee')
  const sections = new Map(
    readSections(bytes.toString('utf8', head.bodyStart)).map((part) => [part.heading, part.text]),
  )
  const subtasks = subtasksOf(readChecklist(sections.get('Acceptance Criteria') ?? ''), losses)
  const type = textAt(keys, 'type')
  const item: TransferItem = {
    id,
    workPackage: ownWorkPackage(id, labels),
    title: singleLine(textAt(keys, 'title') ?? idOf(keys['title']) ?? '') || id,
    body: bodyOf(
      [sections.get(''), sections.get('Description')].filter((part) => part !== undefined).join('\n\n') ||
        null,
      [
        ['Definition of done', sections.get('Definition of Done') ?? null],
        ['Implementation plan', sections.get('Implementation Plan') ?? null],
        ['Implementation notes', sections.get('Implementation Notes') ?? null],
        ['Final summary', sections.get('Final Summary') ?? null],
        ['Other fields', otherFields(keys, READ)],
      ],
    ),
    createdAt: createdAt ?? updatedAt,
    createdBy: peopleAt(keys, 'reporter')[0] ?? null,
    updatedAt: updatedAt ?? createdAt,
    updatedBy: assignee ?? null,
    dependencies: textsAt(keys, 'dependencies').flatMap((one) => spelled(one) ?? []),
    subtasks,
    tags: [
      ...labels.tags.flatMap((tag) => nameOf(tag) ?? []),
      ...(folder === 'drafts' ? ['draft'] : []),
      ...(type === null ? [] : [`type:${nameOf(type) ?? ''}`]),
      ...others.map((other) => `assignee:${other}`),
    ],
    priority: textAt(keys, 'priority') ?? labels.priority,
    assignee: assignee ?? null,
    lane: {
      status: place.status,
      role: place.role,
      lane: byLabel,
      at: updatedAt ?? createdAt,
      by: (place.role === 'working' ? labels.holder : null) ?? assignee ?? null,
    },
    changes: [
      ...readComments(sections.get('Comments') ?? '').map((comment) => noteOf(comment, options.zone)),
      ...listAt(keys, 'references').flatMap(linkOf),
    ],
  }
  return { item, labels, file: file.path, line: null }
}

/** The tool once wrote `task-1`, writes `TASK-1` now, and takes both for one task. */
function spelled(id: string | null): string | null {
  return id !== null && /^[a-z]+-\d+(?:\.\d+)*$/i.test(id) ? id.toUpperCase() : id
}

/** Derives the role from the status's position among the configured ones: first, last or in between. */
function placeOf(
  written: string | null,
  folder: string | undefined,
  { statuses }: Config,
): { readonly status: string; readonly role: LaneRole; readonly isUnknown: boolean } {
  const [first = 'To Do'] = statuses
  const status = written ?? first
  const at = statuses.findIndex((known) => known.toLowerCase() === status.toLowerCase())
  // Backlog.md moves a done task to the folder of completed ones; drafts have their own status.
  if (folder === 'completed') return { status, role: 'done', isUnknown: false }
  if (folder === 'drafts' || at === 0)
    return { status: statuses[at] ?? status, role: 'initial', isUnknown: false }
  if (at < 0) return { status, role: 'initial', isUnknown: true }
  return {
    status: statuses[at] ?? status,
    role: at === statuses.length - 1 ? 'done' : 'working',
    isUnknown: false,
  }
}

/** Backlog.md accepts `assignee: @ada` and `[@ada, bob]`, which are not valid YAML. */
function quoteHandles(yaml: string): string {
  return yaml.replaceAll(
    /^([ \t]*(?:assignee|reporter):[ \t]*)(.*)$/gm,
    (line, key: string, value: string) => {
      const list = /^\[(.*)\]\s*$/.exec(value.trimEnd())?.[1]
      const words = (list === undefined ? [value] : list.split(',')).map((word) => word.trim())
      // Only these words need it: a comma may be part of a quoted name.
      if (!words.some((word) => word.startsWith('@'))) return line
      const quoted = words.map(quoteHandle).join(', ')
      return list === undefined ? `${key}${quoted}` : `${key}[${quoted}]`
    },
  )
}

function quoteHandle(word: string): string {
  return word.startsWith('@') ? JSON.stringify(word) : word
}

/** Returns the names without a leading `@`. */
function peopleAt(keys: Json, key: string): string[] {
  const value = keys[key]
  const names = Array.isArray(value) ? textsAt(keys, key) : [idOf(value) ?? '']
  return names.flatMap((name) => nameOf(name.replace(/^@/, '')) ?? [])
}

function noteOf({ author, created, text }: BacklogComment, zone?: string): ItemChange {
  const by = author === null ? null : (nameOf(author.replace(/^@/, '')) ?? null)
  return { kind: 'note', id: null, at: parseMoment(created, zone), by, text: block(text) }
}

function linkOf(reference: unknown): ItemChange[] {
  const ref = singleLine(idOf(reference) ?? '')
  return ref === '' ? [] : [{ kind: 'link', id: null, at: null, by: null, link: 'other', ref, title: null }]
}
