import type { Config } from '@oclif/core'

/** What people do, in the order in which they come to need it. A command that is in no group is listed under MORE. */
const GROUPS: readonly (readonly [title: string, commands: readonly string[]])[] = [
  ['START HERE', ['init', 'prime', 'next', 'show', 'claim', 'tick', 'review']],
  ['FIND OUT', ['status', 'board', 'web', 'list', 'ready', 'search', 'log', 'watch', 'flow']],
  ['WORK', ['implement', 'work', 'untick', 'note', 'move', 'release', 'undo']],
  ['DECIDE', ['done', 'reject', 'cancel', 'reopen', 'conflicts', 'resolve', 'merge', 'accept']],
  ['PLAN', ['new', 'edit', 'sync', 'renumber', 'archive', 'import', 'export']],
  [
    'SHARE AND SET UP',
    ['commit', 'ci', 'hub', 'setup agents', 'mcp', 'doctor', 'autocomplete', 'plugins', 'version'],
  ],
]

/** True for `kitty --help`, `kitty help` and `kitty -h`, and for `kitty` itself. */
export function asksForRootHelp(argv: readonly string[]): boolean {
  const [only] = argv
  return argv.length === 0 || (argv.length === 1 && ['help', '--help', '-h'].includes(only ?? ''))
}

/** The page of `kitty --help`: the commands that exist, by what people do. */
export function rootHelp(config: Config): string {
  const summaries = new Map<string, string>()
  for (const { id, summary, hidden } of config.commands)
    // This page is its help.
    if (!hidden && id !== 'help') summaries.set(id.replaceAll(':', ' '), (summary ?? '').split('\n')[0] ?? '')
  const grouped = new Set(GROUPS.flatMap(([, commands]) => commands))
  const others = [...summaries.keys()].filter((name) => !grouped.has(name) && !isLong(name)).sort()
  const width = Math.max(...[...summaries.keys()].filter((name) => !isLong(name)).map((name) => name.length))
  const section = (title: string, names: readonly string[]): string[] => {
    const known = names.filter((name) => summaries.has(name))
    const lines = known.map((name) => `  ${name.padEnd(width)}  ${summaries.get(name) ?? ''}`.trimEnd())
    return known.length === 0 ? [] : ['', title, ...lines]
  }
  return [
    'Work packages for people and AI agents on one repository.',
    '',
    'USAGE',
    '  $ kitty COMMAND',
    ...GROUPS.flatMap(([title, names]) => section(title, names)),
    ...section('MORE', others),
    '',
    'TOPICS',
    `  ${'agent'.padEnd(width)}  The same services by their long names, with every option: kitty agent --help`,
    '',
    'Each command: kitty COMMAND --help. For a program: add --json.',
  ].join('\n')
}

/** Commands below a topic are on the topic's own page. */
function isLong(name: string): boolean {
  return name.startsWith('agent ') || /^plugins /.test(name)
}
