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
  const [near] = names
    .map((name) => ({ name, edits: edits(flag, `--${name}`) }))
    .filter((one) => one.edits <= MOST_EDITS)
    .sort((a, b) => a.edits - b.edits)
  const name = ours ?? near?.name
  return name === undefined ? undefined : `--${name}`
}

/** How many characters have to be added, dropped or replaced to get from one word to the other (Levenshtein). */
export function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
