/** What people and agents type who do not know kitty's words, and the commands that they mean. */

type Words = readonly string[]
/** The command lines that a guess means, given the words after it. */
type Meaning = (rest: Words) => readonly Words[]

const word =
  (...command: string[]): Meaning =>
  (rest) => [[...command, ...rest]]

/** One command with a package, another without. */
const byPackage =
  (withOne: Words, without: Words): Meaning =>
  (rest) => [rest.length > 0 ? [...withOne, ...rest] : without]

const CLAIM: Meaning = byPackage(['claim'], ['next'])
const SHOW_OR_LIST: Meaning = byPackage(['show'], ['list'])
const CANCEL: Meaning = (rest) => [['cancel', ...(rest.length > 0 ? rest : ['WP']), '--reason', 'TEXT']]
const BOARDS: Meaning = () => [['board'], ['web']]

const GUESSES: ReadonlyMap<string, Meaning> = new Map([
  ['start', CLAIM],
  ['take', CLAIM],
  ['pick', CLAIM],
  [
    'assign',
    ([one, ...others]) => [
      ['claim', one ?? 'WP', ...(others[0] === undefined ? [] : ['--actor', others[0]])],
    ],
  ],
  [
    'finish',
    (rest) => [
      ['review', ...rest],
      ['done', ...rest],
    ],
  ],
  [
    'complete',
    (rest) => [
      ['review', ...rest],
      ['done', ...rest],
    ],
  ],
  ['close', word('done')],
  ['submit', word('review')],
  ['approve', word('done')],
  ['add', word('new')],
  ['create', word('new')],
  ['ls', word('list')],
  ['tasks', word('list')],
  ['task', SHOW_OR_LIST],
  ['view', SHOW_OR_LIST],
  ['get', SHOW_OR_LIST],
  ['open', byPackage(['show'], ['web'])],
  ['kanban', BOARDS],
  ['dashboard', BOARDS],
  ['history', word('log')],
  [
    'diff',
    (rest) => [
      ['sync', '--check'],
      ['log', ...rest],
    ],
  ],
  ['rm', CANCEL],
  ['remove', CANCEL],
  ['delete', CANCEL],
  ['mv', word('move')],
  ['comment', word('note')],
  ['check', word('tick')],
  ['uncheck', word('untick')],
  ['find', word('search')],
  ['grep', word('search')],
  [
    'tag',
    ([one, ...tags]) => [
      [
        'agent',
        'tasks',
        'tag',
        one ?? 'WP',
        ...(tags.length > 0 ? tags : ['TAG']).flatMap((tag) => ['--add', tag]),
      ],
    ],
  ],
  ['priority', ([one, level]) => [['edit', one ?? 'WP', '--priority', level ?? '1']]],
  ['status', byPackage(['show'], ['status'])],
  ['agent install', () => [['setup', 'agents']]],
])

/**
 * The command lines that these words mean, without `kitty`; empty for words that are no known guess.
 * @param argv Without node and script. Flags end what is carried over.
 */
export function guessed(argv: Words): readonly Words[] {
  const flag = argv.findIndex((one) => one.startsWith('-'))
  const words = flag < 0 ? argv : argv.slice(0, flag)
  const two = GUESSES.get(words.slice(0, 2).join(' '))
  if (two !== undefined && words.length > 1) return two(words.slice(2))
  return GUESSES.get(words[0] ?? '')?.(words.slice(1)) ?? []
}
