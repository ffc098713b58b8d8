/** A table with headings, from a spreadsheet or another tracker's export. A state format. */
import type { ReadOptions, SourceFile, SourceProblem, TransferDocument, TransferItem } from '../document.js'
import { createHash } from 'node:crypto'
import { featuresOf, type LabeledItem, ownWorkPackage } from '../features.js'
import { readLabels, tableNamed } from '../labels.js'
import { addTo } from '../../log/group-by.js'
import { parseMoment } from '../moment.js'
import { block, bodyOf, LossCount, nameOf, textOf, singleLine } from '../text.js'
import { roleOf } from '../roles.js'
import { roleOfWord } from '../words.js'
import { readList, readSubtasks } from './cells.js'
import { readTable, type Row } from './table.js'

export const CSV = 'csv'

/** Accepted column names, in lowercase with spaces; the first one found counts. */
const COLUMNS = {
  id: ['id', 'key', '#', 'number', 'issue', 'issue key', 'issue id', 'ticket'],
  title: ['title', 'summary', 'name', 'subject', 'task', 'task name'],
  body: ['description', 'body', 'details', 'notes'],
  status: ['status', 'state', 'lane', 'column', 'stage'],
  assignee: ['assignee', 'owner', 'assigned to', 'assignees', 'holder', 'responsible'],
  tags: ['labels', 'tags', 'label', 'tag'],
  priority: ['priority', 'prio', 'severity'],
  dependencies: ['dependencies', 'depends on', 'blocked by', 'depends', 'predecessors'],
  subtasks: ['subtasks', 'checklist', 'sub tasks'],
  created: ['created', 'created at', 'created date', 'creation date', 'opened'],
  updated: ['updated', 'updated at', 'updated date', 'last modified', 'modified'],
  createdBy: ['created by', 'reporter', 'author', 'creator'],
} as const
type Column = keyof typeof COLUMNS

export function readCsv(files: readonly SourceFile[], options: ReadOptions): TransferDocument {
  const problems: SourceProblem[] = []
  const losses = new LossCount()
  const found: LabeledItem[] = []
  for (const file of files) {
    const text = textOf(file, problems)
    if (text === undefined) continue
    const table = readTable(text)
    if (!table.ok)
      problems.push({ file: file.path, line: table.line, message: 'opens a quote that never ends' })
    const [head, ...rows] = table.rows
    const columns = columnsOf(head)
    if (head === undefined || columns.title === undefined) {
      problems.push({
        file: file.path,
        line: 1,
        message: 'has no column "title": the first line must hold the headings',
      })
      continue
    }
    const others = othersOf(head, columns)
    for (const { heading } of others) losses.add(`column ${singleLine(heading)}`, 'body')
    for (const row of rows) {
      const problem = (message: string): void =>
        void problems.push({ file: file.path, line: row.line, message })
      if (row.cells.length > head.cells.length) problem('has more cells than there are headings')
      const one = readRow(row, { head, columns, others, options, problem, losses })
      if (one !== undefined) found.push({ ...one, file: file.path, line: row.line })
    }
  }
  return {
    format: CSV,
    source: null,
    workflow: found.find(({ labels }) => labels.workflow !== null)?.labels.workflow ?? null,
    roles: {},
    features: featuresOf(found, { id: '', name: 'tasks', title: 'Tasks' }, problems, losses),
    problems,
    losses: losses.losses,
  }
}

/** The places of each column: an exporting tracker may repeat a heading, once for each element of a list. */
type Columns = Readonly<Partial<Record<Column, readonly number[]>>>

/** Columns whose repeated headings hold further elements. */
const LISTS: readonly Column[] = ['tags', 'dependencies', 'subtasks']

interface OtherColumn {
  readonly heading: string
  readonly at: number
}

function spelled(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[_\s-]+/g, ' ')
}

function columnsOf(head: Row | undefined): Columns {
  const places = new Map<string, number[]>()
  for (const [at, heading] of (head?.cells ?? []).entries()) addTo(places, spelled(heading), at)
  return Object.fromEntries(
    // Cast: Object.entries forgets that the keys are columns.
    (Object.entries(COLUMNS) as [Column, readonly string[]][]).flatMap(([column, names]) => {
      const own = names.map((name) => places.get(name)).find((found) => found !== undefined)
      return own === undefined ? [] : [[column, LISTS.includes(column) ? own : own.slice(0, 1)]]
    }),
  )
}

function othersOf(head: Row, columns: Columns): OtherColumn[] {
  const taken = new Set(Object.values(columns).flat())
  return head.cells.flatMap((heading, at) =>
    taken.has(at) || heading.startsWith('kitty:') || heading.trim() === '' ? [] : [{ heading, at }],
  )
}

interface Reading {
  readonly head: Row
  readonly columns: Columns
  readonly others: readonly OtherColumn[]
  readonly options: ReadOptions
  readonly problem: (message: string) => void
  readonly losses: LossCount
}

function readRow(
  row: Row,
  { head, columns, others, options, problem, losses }: Reading,
): Pick<LabeledItem, 'item' | 'labels'> | undefined {
  const cellsOf = (column: Column): string[] => (columns[column] ?? []).map((at) => row.cells[at] ?? '')
  const cell = (column: Column): string => cellsOf(column)[0] ?? ''
  const title = singleLine(cell('title'))
  const written = nameOf(cell('id'))
  if (title === '' && written === undefined) {
    problem('has no title')
    return undefined
  }
  // Without IDs, rows are identified by title, so inserting a row changes no other row.
  const id = written ?? `t-${createHash('sha256').update(title).digest('hex').slice(0, 12)}`
  const labels = readLabels(
    head.cells.flatMap((heading, at) => {
      const value = row.cells[at]?.trim() ?? ''
      return heading.startsWith('kitty:') && value !== '' ? [`${heading.trim()}=${value}`] : []
    }),
    losses,
  )
  const table = tableNamed(labels.workflow, options.table)
  const status = singleLine(cell('status'))
  const byName = table.lanes.includes(status) ? status : null
  const role = byName === null ? roleOfWord(status) : roleOf(byName, table)
  if (role === undefined) losses.add(`status ${status} (as ${table.initial})`, 'dropped')
  const time = (column: Column): string | null => {
    const moment = parseMoment(cell(column), options.zone)
    if (moment === null && cell(column).trim() !== '') problem(`${column} is no time; read without it`)
    return moment
  }
  const [created, updated] = [time('created'), time('updated')]
  const assignee = nameOf(cell('assignee')) ?? null
  const rest = others.flatMap(({ heading, at }) => {
    const value = singleLine(row.cells[at] ?? '')
    return value === '' ? [] : [`- ${singleLine(heading)}: ${value}`]
  })
  const item: TransferItem = {
    id,
    workPackage: ownWorkPackage(id, labels),
    title: title || id,
    body: bodyOf(block(cell('body')), [['Other fields', rest.join('\n') || null]]),
    createdAt: created ?? updated,
    createdBy: nameOf(cell('createdBy')) ?? null,
    updatedAt: updated ?? created,
    updatedBy: assignee,
    dependencies: cellsOf('dependencies').flatMap(readList),
    subtasks: readSubtasks(cellsOf('subtasks'), losses),
    tags: [
      ...cellsOf('tags')
        .flatMap(readList)
        .flatMap((tag) => nameOf(tag) ?? []),
      ...(role === 'stopped' && byName === null ? [status.toLowerCase()] : []),
    ],
    priority: singleLine(cell('priority')) || null,
    assignee,
    lane: {
      status,
      role: role ?? 'initial',
      lane: byName,
      at: updated ?? created,
      by: labels.holder ?? assignee,
    },
    changes: [],
  }
  return { item, labels }
}
