import { existsSync } from 'node:fs'
import { sentence, shownCommand } from '../../errors/next-step.js'
import { join } from 'node:path'
import { readConfig } from '../../workspace/config.js'
import { areMergeDriversRegistered, registerMergeDrivers } from '../../git/merge-driver-config.js'
import { askGitFields, askGitText } from '../../git/git.js'
import type { Workspace } from '../../workspace/workspace.js'
import { addLines, ATTRIBUTES, IGNORED, ROOT_IGNORED } from '../initialize.js'
import { ignoringRule } from '../../git/ignored.js'
import { isLogHidden } from '../../log/repair/unstaged-deletions.js'
import { byHand, type Check, repairable, some, type Verdict, well } from './check.js'
import { refusalsAsVerdicts } from './place-checks.js'
import { worktrees } from './worktrees.js'

/** Path of a day file, to ask git which rules apply. The day does not matter. */
const SAMPLE = '.kittify/events/2026-01-01.jsonl'
const SAMPLE_PACKAGE = 'kitty-specs/001-x/tasks/WP01-x.md'
/** Undoes every conversion of the log that another line requests. The last matching line wins. */
const PLAIN_LOG =
  '.kittify/events/*.jsonl text eol=lf merge=kitty-events -ident -filter -working-tree-encoding'
/** What git must never track: derived, specific to this machine, and different in every clone. */
const DERIVED = [
  '.kittify/events/index.db*',
  '.kittify/clock.json*',
  '.kittify/events/*.tmp',
  '.kittify/events/index.db.*',
]

/** What git needs to know so that the logs of two branches merge, and so that nothing derived is committed. */
export function gitChecks(workspace: Workspace): Check[] {
  const looks: readonly [name: string, look: (workspace: Workspace) => Verdict][] = [
    ['attributes', attributes],
    ['merge-driver', mergeDriver],
    ['ignore-files', ignoreFiles],
    ['log-tracked', logTracked],
    ['derived-files', derivedFiles],
    ['unfinished-merge', unfinishedMerge],
    ['worktrees', worktrees],
  ]
  return looks.map(([name, look]) => ({
    name,
    area: 'environment',
    look: refusalsAsVerdicts(() => look(workspace)),
  }))
}

function attributes({ root }: Workspace): Verdict {
  const names = ['merge', 'eol', 'ident', 'filter', 'working-tree-encoding']
  const answer = askGitFields(root, ['check-attr', '-z', ...names, '--', SAMPLE])
  const value = (name: string): string => answer[answer.indexOf(name) + 1] ?? 'unspecified'
  const hostile = ['ident', 'filter', 'working-tree-encoding']
    .filter((name) => !['unspecified', 'unset'].includes(value(name)))
    .map((name) => (value(name) === 'set' ? name : `${name}=${value(name)}`))
  if (value('eol') === 'crlf') hostile.push('eol=crlf')
  if (hostile.length > 0) {
    return repairable(
      `git would rewrite the log on checkout (${hostile.join(', ')}): what is written back are not the bytes that were committed`,
      `ends .gitattributes with a line that takes it back: ${PLAIN_LOG}`,
      () => void addLines(root, join(root, '.gitattributes'), [PLAIN_LOG]),
    )
  }
  const merge = value('merge')
  const isPlain = merge === 'kitty-events' && value('eol') === 'lf'
  const [, , lane] = askGitFields(root, ['check-attr', '-z', 'merge', '--', SAMPLE_PACKAGE])
  if (isPlain && lane === 'unspecified') {
    return repairable(
      '.gitattributes does not name the merge driver of work package files: their lane lines conflict on every merge',
      'adds the line to .gitattributes',
      () => void addLines(root, join(root, '.gitattributes'), ATTRIBUTES),
    )
  }
  if (isPlain) return well('git keeps the log as it is and merges it line by line')
  const says = merge === 'kitty-events' ? 'line ends are left to git' : `its merge attribute is ${merge}`
  return repairable(
    `.gitattributes lacks what the log needs (${says}): two branches that both wrote would conflict`,
    'adds the lines to .gitattributes',
    () => {
      if (!addLines(root, join(root, '.gitattributes'), ATTRIBUTES))
        addLines(root, join(root, '.gitattributes'), [PLAIN_LOG])
    },
  )
}

function mergeDriver({ root }: Workspace): Verdict {
  if (areMergeDriversRegistered(root)) {
    return well('registered (an octopus merge calls no drivers: merge one branch at a time)')
  }
  return repairable(
    "kitty's merge drivers are not in this repository's git configuration: a merge may leave conflict markers in the log",
    'registers them in .git/config',
    () => void registerMergeDrivers(root),
  )
}

function ignoreFiles({ root, kittyDir, configFile }: Workspace): Verdict {
  // A team may want to commit its error records.
  const { track } = readConfig({ root, configFile }).errors
  const wanted: [string, readonly string[]][] = [
    [join(kittyDir, '.gitignore'), IGNORED.filter((line) => !track || !line.startsWith('errors/'))],
    [join(root, '.gitignore'), ROOT_IGNORED],
  ]
  // Ask git, since the user's own ignore lines may already cover this.
  const errors = track ? [] : ['.kittify/errors/2026-01-01.jsonl']
  const samples = [
    '.kittify/events/index.db',
    '.kittify/clock.json',
    ...errors,
    '.worktrees/x',
    'kitty-specs/001-x/tasks/.WP01.md.1-1.tmp',
  ]
  const ignored = new Set(
    askGitText(root, ['check-ignore', '--no-index', '--', ...samples])?.split('\n') ?? [],
  )
  const open = samples.filter((path) => !ignored.has(path))
  if (open.length === 0) return well('everything derived is ignored by git')
  return repairable(
    `git does not ignore ${some(open)}: what is derived would be committed and conflict`,
    'adds the missing lines',
    () => {
      for (const [path, lines] of wanted) addLines(root, path, lines)
    },
  )
}

function logTracked(workspace: Workspace): Verdict {
  const { root } = workspace
  const rule = ignoringRule(root, SAMPLE)
  if (rule === undefined && isLogHidden(workspace))
    return byHand(
      'git was told not to look at files of the log in the work tree (a sparse checkout, --skip-worktree or --assume-unchanged): new events in them may never be committed',
      ...shownCommand(['git', 'sparse-checkout', 'add', '.kittify'], 'in a sparse checkout'),
      'otherwise: git update-index --no-skip-worktree --no-assume-unchanged .kittify/events/*.jsonl',
    )
  if (rule === undefined) return well('the log is not ignored')
  return byHand(
    `git ignores the log itself (${rule}): it is never committed, and no other clone sees these events`,
    sentence`Remove that line from ${rule.split(':')[0] ?? 'the ignore file'}.`,
    ...shownCommand(['git', 'add', '.kittify/events'], 'after that'),
  )
}

function derivedFiles({ root }: Workspace): Verdict {
  const tracked = askGitFields(root, ['ls-files', '-z', '--', ...DERIVED])
  if (tracked.length === 0) return well('git tracks nothing that is derived')
  return byHand(
    `git tracks ${some(tracked)}: every branch and clone has its own, so that each checkout brings a wrong one`,
    'Take them out of the index of git.',
    ...shownCommand(['git', 'rm', '--cached', '--', ...tracked.slice(0, 10)]),
  )
}

function unfinishedMerge({ root, gitDir }: Workspace): Verdict {
  const unmerged = askGitFields(root, ['ls-files', '-u', '-z', '--', '.kittify/events'])
  const files = [...new Set(unmerged.map((line) => line.slice(line.indexOf('\t') + 1)))]
  if (files.length > 0) {
    return byHand(
      `a merge has left ${some(files)} unmerged: the events of both sides are read, and git waits for a word`,
      ...shownCommand(['kitty', 'doctor', '--fix'], 'puts the file in order'),
      ...shownCommand(['git', 'add', '.kittify/events']),
      'Then git commit, or git rebase --continue.',
    )
  }
  const open = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'rebase-merge', 'rebase-apply'].filter(
    (name) => existsSync(join(gitDir, name)),
  )
  return well(
    open.length === 0 ? 'none' : `${open.join(', ')} is under way, and the log is not part of its conflicts`,
  )
}
