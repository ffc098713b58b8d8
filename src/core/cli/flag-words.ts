import { nearWords } from './near-words.js'

/** With more edits than this, a flag that is named would be a guess. */
const MOST_EDITS = 2

/** What other trackers call a flag, and kitty's words for it: the first that the command has. */
const OTHER_WORDS: readonly (readonly [others: readonly string[], ours: readonly string[]])[] = [
  [['needs', 'depends', 'depends-on', 'deps', 'dependencies', 'dep', 'blocked-by'], ['after']],
  [
    ['assignee', 'assign', 'user', 'owner', 'author', 'agent', 'as', 'by'],
    ['actor', 'mine'],
  ],
  [
    ['status', 'state', 'column', 'stage'],
    ['lane', 'to'],
  ],
  [['description', 'desc', 'details', 'file', 'text'], ['body']],
  [['message', 'comment', 'note', 'why', 'because'], ['reason']],
  [['name', 'subject', 'summary'], ['title']],
  [['epic', 'project', 'spec', 'milestone'], ['feature']],
  [['subtasks', 'task', 'step', 'todo'], ['subtask']],
  [['label', 'labels', 'tags'], ['tag']],
  [['count', 'max', 'head', 'num'], ['limit']],
  [['output', 'file', 'outfile'], ['out']],
]

/**
 * The flag that was probably meant: another tracker's word for it, or one that differs in a letter or two.
 * @param flag with its dashes, as it was typed
 * @param names of the command's flags, without dashes
 * @returns `--after`, or undefined when nothing is near
 */
export function flagMeant(flag: string, names: readonly string[]): string | undefined {
  const word = flag.replace(/^-+/, '').toLowerCase()
  const [ours] = OTHER_WORDS.filter(([others]) => others.includes(word))
    .flatMap(([, words]) => words)
    .filter((name) => names.includes(name))
  const dashed = names.map((name) => `--${name}`)
  return ours === undefined ? nearWords(flag, dashed, MOST_EDITS)[0] : `--${ours}`
}
