/** Commands of spec-kitty that kitty has under another name, so that its users and their agents need not learn it. */

const NAMES: readonly (readonly [upstream: string, own: string])[] = [
  ['agent tasks status', 'status'],
  ['agent tasks list-tasks', 'agent tasks list'],
  ['agent tasks add-history', 'note'],
  ['agent tasks finalize-tasks', 'agent feature finalize-tasks'],
  ['agent feature create-feature', 'agent feature setup-spec'],
  ['agent feature accept', 'accept'],
  ['agent feature merge', 'merge'],
  ['agent workflow implement', 'implement'],
  ['agent workflow review', 'review'],
]

/**
 * The same command line with kitty's name for the command. `add-history WP01 --note TEXT` becomes `note WP01 TEXT`.
 * @param argv Without node and script.
 */
export function ownNames(argv: readonly string[]): string[] {
  const asksForHelp = argv[0] === 'help'
  const words = asksForHelp ? argv.slice(1) : argv
  const name = words.slice(0, 3).join(' ')
  const own = NAMES.find(([upstream]) => upstream === name)?.[1]
  if (own === undefined) return [...argv]
  const rest = words.slice(3)
  return [
    ...(asksForHelp ? ['help'] : []),
    ...own.split(' '),
    ...(words[2] === 'add-history' ? rest.flatMap(withoutNoteFlag) : rest),
  ]
}

function withoutNoteFlag(word: string): string[] {
  if (word === '--note') return []
  return [word.startsWith('--note=') ? word.slice('--note='.length) : word]
}
