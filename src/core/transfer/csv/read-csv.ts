/** A table with headings, from a spreadsheet or another tracker's export. A state format. */
import type { ReadOptions, SourceFile, SourceProblem, TransferDocument, TransferItem } from '../document.js'
import { createHash } from 'node:crypto'
import { featuresOf, type LabeledItem, ownWorkPackage } from '../features.js'
import { readLabels, tableNamed } from '../labels.js'
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
    for (const heading of othersOf(head, columns)) losses.add(`column ${singleLine(heading)}`, 'body')
    for (const row of rows) {
      const problem = (message: string): void =>
        void problems.push({ file: file.path, line: row.line, message })
      if (row.cells.length > head.cells.length) problem('has more cells than there are headings')
      const one = readRow(row, { head, columns, options, problem, losses })
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

type Columns = Readonly<Partial<Record<Column, number>>>

function spelled(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[_\s-]+/g, ' ')
}

function columnsOf(head: Row | undefined): Columns {
  const headings = (head?.cells ?? []).map(spelled)
  return Object.fromEntries(
    Object.entries(COLUMNS).flatMap(([column, names]) => {
      const name = names.find((known) => headings.includes(known))
      return name === undefined ? [] : [[column, headings.indexOf(name)]]
    }),
  )
}

function othersOf(head: Row, columns: Columns): string[] {
  const taken = new Set(Object.values(columns))
  return head.cells.filter(
    (heading, at) => !taken.has(at) && !heading.startsWith('kitty:') && heading.trim() !== '',
  )
}

interface Reading {
  readonly head: Row
  readonly columns: Columns
  readonly options: ReadOptions
  readonly problem: (message: string) => void
  readonly losses: LossCount
}

function readRow(
  row: Row,
  { head, columns, options, problem, losses }: Reading,
): Pick<LabeledItem, 'item' | 'labels'> | undefined {
  const cell = (column: Column): string => row.cells[columns[column] ?? -1] ?? ''
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
  const others = othersOf(head, columns).flatMap((heading) => {
    const value = singleLine(row.cells[head.cells.indexOf(heading)] ?? '')
    return value === '' ? [] : [`- ${singleLine(heading)}: ${value}`]
  })
  const item: TransferItem = {
    id,
    workPackage: ownWorkPackage(id, labels),
    title: title || id,
    body: bodyOf(block(cell('body')), [['Other fields', others.join('\n') || null]]),
    createdAt: created ?? updated,
    createdBy: nameOf(cell('createdBy')) ?? null,
    updatedAt: updated ?? created,
    updatedBy: assignee,
    dependencies: readList(cell('dependencies')),
    subtasks: readSubtasks(cell('subtasks'), losses),
    tags: [
      ...readList(cell('tags')).flatMap((tag) => nameOf(tag) ?? []),
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
