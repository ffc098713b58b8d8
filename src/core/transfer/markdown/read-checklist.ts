/**
 * A Markdown list with boxes: `- [ ]` to do, `- [x]` done. A state format without IDs: an entry is identified by its
 * text.
 */
import { wordTable } from '../roles.js'
import { createHash } from 'node:crypto'
import { spellWorkPackageId } from '../../specs/work-package-id.js'
import type { LaneRole, SourceFile, SourceProblem, TransferDocument, TransferItem } from '../document.js'
import { featuresOf, type LabeledItem } from '../features.js'
import { readLabels } from '../labels.js'
import { subtasksOf } from '../subtasks.js'
import { LossCount, textOf, singleLine } from '../text.js'

export const MARKDOWN = 'markdown'

/** `[x]` and `[ ]` are GitHub's; note-taking programs add the others. */
const BOXES = wordTable<LaneRole>({
  ' ': 'initial',
  x: 'done',
  X: 'done',
  '/': 'working',
  '~': 'working',
  '-': 'dropped',
  '>': 'stopped',
})
const ENTRY = /^([ \t]*)(?:[-*+]|\d{1,9}[.)])[ \t]+\[(.)\][ \t]+(\S.*)$/

interface Found {
  readonly line: number
  readonly box: string
  readonly text: string
  readonly heading: string | null
  readonly children: { readonly box: string; readonly text: string }[]
  readonly below: string[]
}

export function readChecklist(files: readonly SourceFile[]): TransferDocument {
  const problems: SourceProblem[] = []
  const losses = new LossCount()
  const found: LabeledItem[] = []
  let title: string | null = null
  for (const file of files) {
    const text = textOf(file, problems)
    if (text === undefined) continue
    const list = entriesOf(text)
    title ??= list.title
    if (list.entries.length === 0)
      problems.push({
        file: file.path,
        line: null,
        message: 'has no entry with a box: write "- [ ] what is to be done"',
      })
    const seen = new Set<string>()
    for (const entry of list.entries) {
      const item = itemOf(entry, losses)
      if (seen.has(item.id)) {
        problems.push({
          file: file.path,
          line: entry.line,
          message: `says the same as an entry above: "${item.title.slice(0, 60)}"; the first one counts`,
        })
        continue
      }
      seen.add(item.id)
      found.push({ item, labels: readLabels([], losses), file: file.path, line: entry.line })
    }
  }
  const name = title ?? 'Checklist'
  const features = featuresOf(found, { id: '', name, title: name }, problems, losses)
  return {
    format: MARKDOWN,
    source: null,
    workflow: null,
    roles: {},
    features,
    problems,
    losses: losses.losses,
  }
}

function entriesOf(text: string): { readonly title: string | null; readonly entries: readonly Found[] } {
  const entries: Found[] = []
  let [title, heading, fence]: [string | null, string | null, string | undefined] = [null, null, undefined]
  let outer = 0
  text.split(/\r?\n/).forEach((raw, index) => {
    const opening = /^\s{0,3}(`{3,}|~{3,})/.exec(raw)?.[1]
    if (opening !== undefined)
      fence = fence === undefined ? opening : raw.trim() === fence ? undefined : fence
    if (fence !== undefined || opening !== undefined) return
    const named = headingOf(raw)
    if (named !== undefined) {
      if (named.level === 1 && title === null) title = named.words
      else heading = named.words
      outer = 0
      return
    }
    const match = ENTRY.exec(raw)
    const last = entries.at(-1)
    const indent = (match?.[1] ?? '').replaceAll('\t', '    ').length
    if (match === null) {
      if (last !== undefined && /^[ \t]+\S/.test(raw)) last.below.push(raw.trim())
    } else if (last !== undefined && indent > outer) {
      last.children.push({ box: match[2] ?? ' ', text: match[3] ?? '' })
    } else {
      outer = indent
      entries.push({
        line: index + 1,
        box: match[2] ?? ' ',
        text: match[3] ?? '',
        heading,
        children: [],
        below: [],
      })
    }
  })
  return { title, entries }
}

/** Trims before it matches: an expression that does both takes time by the square of a run of spaces. */
function headingOf(line: string): { readonly level: number; readonly words: string } | undefined {
  const hashes = /^(#{1,6})[ \t]/.exec(line)?.[1]
  if (hashes === undefined) return undefined
  const words = singleLine(
    line
      .slice(hashes.length)
      .trim()
      .replace(/(?<!#)#+$/, ''),
  )
  return words === '' ? undefined : { level: hashes.length, words }
}

function itemOf({ box, text, heading, children, below }: Found, losses: LossCount): TransferItem {
  const words = singleLine(text)
  const [, id, named] = /^\*{0,2}(WP\d{1,6})\*{0,2}[\s:–-]+(.+)$/i.exec(words) ?? []
  const own = id === undefined ? undefined : spellWorkPackageId(id)
  const title = own === undefined ? words : (named ?? words)
  const role = BOXES[box]
  if (role === undefined) losses.add(`box [${singleLine(box) || '?'}] (as [ ])`, 'dropped')
  return {
    id: own ?? `c-${createHash('sha256').update(words).digest('hex').slice(0, 12)}`,
    workPackage: own ?? null,
    title,
    body: below.join('\n'),
    createdAt: null,
    createdBy: null,
    updatedAt: null,
    updatedBy: null,
    dependencies: [],
    subtasks: subtasksOf(
      children.map((child) => ({ text: child.text, done: BOXES[child.box] === 'done' })),
      losses,
    ),
    tags: [...(heading === null ? [] : [heading.slice(0, 100)]), ...(role === 'stopped' ? ['deferred'] : [])],
    priority: null,
    assignee: null,
    lane: { status: `[${box}]`, role: role ?? 'initial', lane: null, at: null, by: null },
    changes: [],
  }
}
