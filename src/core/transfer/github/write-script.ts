/** A shell script of `gh` calls that creates one issue per package. kitty never runs it. */
import type { WorkflowTable } from '../../events-lib.js'
import type { TransferDocument, TransferFeature, TransferItem, WrittenFile } from '../document.js'
import { foreignTags, laneLabels, writeLabels } from '../labels.js'
import { issueBody, issueTitle, noteComment, waitComment } from './exported.js'
import { githubStatus } from './status.js'

const PLAIN: Readonly<Record<string, readonly string[]>> = {
  open: ['planned'],
  closed: ['done'],
  not_planned: ['canceled'],
}

/** GitHub's limits for the length of a label and their number on an issue, which people may want to add to. */
const [LABEL_LENGTH, LABELS] = [50, 90]

const HEAD = `#!/bin/sh
# Makes one issue per work package with the gh command. Read it before you run it: gh must be signed in, and
# GH_REPO or the current folder says which repository gets the issues.
set -eu

# Prints the number of the issue that gh made.
create() {
  url=$(gh issue create "$@") || return
  printf '%s\\n' "\${url##*/}"
}
`

export function writeGithubScript(document: TransferDocument, table: WorkflowTable): WrittenFile[] {
  const labels = new Map<string, string>()
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
  const made = [...labels.values()].map((label) => `gh label create --force -- ${quoted(label)}\n`)
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
  all: Map<string, string>,
): { readonly create: string; readonly after: readonly string[] } {
  const { status, labels: own } = laneLabels(item, table, PLAIN, githubStatus)
  const dependencies = item.dependencies.filter((one) => place.feature.items.some(({ id }) => id === one))
  const title = issueTitle(item.id, item.title)
  const values = {
    ...own,
    // GitHub takes only its own users, and would refuse the whole issue.
    assignee: item.assignee ?? null,
    priority: item.priority,
    feature: place.feature.id,
    'feature-title': place.isFirst ? place.feature.title : null,
    'work-package': item.id,
    title: title === `${item.id}: ${item.title}` ? null : item.title,
  }
  const labels = [...writeLabels(values, item.subtasks, dependencies), ...foreignTags(item.tags)]
  const { taken, left } = sortedOut(labels, all)
  const variable = place.name(item.id)
  const flags = taken.map((label) => ` --label ${quoted(label)}`).join('')
  const comment = (text: string): string => `gh issue comment "$${variable}" --body ${text}`
  return {
    create: `${variable}=$(create --title ${quoted(title)} --body ${quoted(issueBody(item.body, item.subtasks, left))}${flags})`,
    after: [
      ...dependencies.map((dependency) => comment(`"${waitComment(`$${place.name(dependency)}`)}"`)),
      ...item.changes.flatMap((change) =>
        change.kind === 'note' ? [comment(quoted(noteComment(change.by, change.at, change.text)))] : [],
      ),
      ...(status === 'open'
        ? []
        : [
            `gh issue close "$${variable}" --reason ${status === 'closed' ? 'completed' : quoted('not planned')}`,
          ]),
    ],
  }
}

/**
 * Tells the labels that GitHub takes from the rest: it has a limit for their length and number, a comma would start
 * another label, and two that differ only in case are one.
 * @param all every label of the script, by its spelling in small letters
 */
function sortedOut(
  labels: readonly string[],
  all: Map<string, string>,
): { readonly taken: readonly string[]; readonly left: readonly string[] } {
  const taken: string[] = []
  const left: string[] = []
  for (const label of labels) {
    const known = all.get(label.toLowerCase()) ?? label
    const isTaken =
      known === label && label.length <= LABEL_LENGTH && !label.includes(',') && taken.length < LABELS
    if (isTaken) all.set(label.toLowerCase(), label)
    ;(isTaken ? taken : left).push(label)
  }
  return { taken, left }
}

/** Quotes text as one word of a shell command line: the shell interprets nothing between single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll('\0', '').replaceAll("'", `'\\''`)}'`
}
