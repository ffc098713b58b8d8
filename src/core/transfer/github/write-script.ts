/** A shell script of `gh` calls that creates one issue per package. kitty never runs it. */
import type { WorkflowTable } from '../../events-lib.js'
import type { TransferDocument, TransferFeature, TransferItem, WrittenFile } from '../document.js'
import { foreignTags, laneLabels, writeLabels } from '../labels.js'
import { githubStatus } from './status.js'

const PLAIN: Readonly<Record<string, readonly string[]>> = {
  open: ['planned'],
  closed: ['done'],
  not_planned: ['canceled'],
}

const HEAD = `#!/bin/sh
# Makes one issue per work package with the gh command. Read it before you run it: gh must be signed in, and
# GH_REPO or the current folder says which repository gets the issues.
set -eu

# Prints the number of the issue that gh made.
create() {
  gh issue create "$@" | sed -n 's|.*/issues/\\([0-9][0-9]*\\)$|\\1|p'
}
`

export function writeGithubScript(document: TransferDocument, table: WorkflowTable): WrittenFile[] {
  const labels = new Set<string>()
  const calls = document.features.map((feature, at) => {
    const name = (id: string): string =>
      `issue_${at + 1}_${feature.items.findIndex((other) => other.id === id) + 1}`
    const pairs = feature.items.map((item, index) =>
      issueCalls(item, { feature, isFirst: index === 0, name }, table, labels),
    )
    // Create all issues before referring to any: a dependency may come later in the list.
    return [...pairs.map(({ create }) => create), ...pairs.flatMap(({ after }) => after)]
      .map((line) => `${line}\n`)
      .join('')
  })
  const made = [...labels].map((label) => `gh label create --force -- ${quoted(label)}\n`)
  return [{ path: '', text: `${HEAD}\n${made.join('')}\n${calls.join('\n')}` }]
}

interface Place {
  readonly feature: TransferFeature
  readonly isFirst: boolean
  /** Returns the variable that holds an issue's number. */
  readonly name: (id: string) => string
}

function issueCalls(
  item: TransferItem,
  place: Place,
  table: WorkflowTable,
  all: Set<string>,
): { readonly create: string; readonly after: readonly string[] } {
  const { status, labels: own } = laneLabels(item, table, PLAIN, githubStatus)
  const labels = [
    ...writeLabels(
      {
        ...own,
        priority: item.priority,
        feature: place.feature.id,
        'feature-title': place.isFirst ? place.feature.title : null,
        'work-package': item.id,
      },
      item.subtasks,
    ),
    ...foreignTags(item.tags),
    // GitHub limits labels to 50 characters, and a comma would start another label.
  ].filter((label) => label.length <= 50 && !label.includes(','))
  for (const label of labels) all.add(label)
  const variable = place.name(item.id)
  const flags = labels.map((label) => ` --label ${quoted(label)}`).join('')
  const title = quoted(`${item.id}: ${item.title}`)
  return {
    create: `${variable}=$(create --title ${title} --body ${quoted(bodyOf(item))}${flags})`,
    after: [
      ...item.dependencies
        .filter((dependency) => place.feature.items.some(({ id }) => id === dependency))
        .map(
          (dependency) => `gh issue comment "$${variable}" --body "Depends on #$${place.name(dependency)}"`,
        ),
      ...item.changes.flatMap((change) => {
        if (change.kind !== 'note') return []
        const text = quoted(`${change.by ?? 'unknown'}, ${change.at ?? ''}: ${change.text}`)
        return [`gh issue comment "$${variable}" --body ${text}`]
      }),
      ...(status === 'open'
        ? []
        : [
            `gh issue close "$${variable}" --reason ${status === 'closed' ? 'completed' : quoted('not planned')}`,
          ]),
    ],
  }
}

function bodyOf(item: TransferItem): string {
  const boxes = item.subtasks.map(
    ({ id, title, done }) => `- [${done ? 'x' : ' '}] ${id}${title === '' ? '' : `: ${title}`}`,
  )
  return [item.body, boxes.join('\n')].filter((part) => part !== '').join('\n\n')
}

/** Quotes text as one word of a shell command line: the shell interprets nothing between single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll('\0', '').replaceAll("'", `'\\''`)}'`
}
