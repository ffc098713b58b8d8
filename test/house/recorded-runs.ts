/** The folder in which the runs take place. */
export interface World {
  readonly root: string
  write(path: string, text: string): void
  git(...args: string[]): string
}

export interface Run {
  /** Without `--json`. */
  readonly argv: readonly string[]
  /** Ada by default. */
  readonly actor?: string
  readonly before?: (world: World) => void
}

/** Commands without a recorded document, each with the reason. */
export const NOT_RECORDED: Readonly<Record<string, string>> = {
  board: 'goes on until it is interrupted',
  watch: 'goes on until it is interrupted',
  work: 'runs another program; test/cli/claim-race.test.ts',
  commit: 'names a commit of its own; test/git/commit.test.ts',
  mcp: 'speaks its protocol on stdout until its client leaves',
  web: 'goes on until it is interrupted',
  autocomplete: 'prints a script, which test/cli/completion.test.ts runs',
  doctor: 'judges the machine; test/cli/doctor.test.ts checks its document',
  'hub:init': 'needs a PostgreSQL server; test/hub runs it',
  'hub:join': 'needs a PostgreSQL server; test/hub runs it',
  'hub:leave': 'needs a PostgreSQL server; test/hub runs it',
  'hub:member': 'needs a PostgreSQL server; test/hub runs it',
  report: 'needs a PostgreSQL server; test/hub runs it',
  'hub:record': 'needs a PostgreSQL server; test/hub runs it',
  'hub:redact': 'needs a PostgreSQL server; test/hub runs it',
  'hub:trim': 'needs a PostgreSQL server; test/hub runs it',
  'hub:status': 'needs a PostgreSQL server; test/hub runs it',
  'hub:upgrade': 'needs a PostgreSQL server; test/hub runs it',
  'plugins:install': 'needs npm; test/package runs it',
  'plugins:update': 'needs npm; test/package runs it',
  'plugins:link': 'starts a thread of the built program; test/cli/plugins.test.ts runs it',
  'plugins:inspect': 'needs an installed plugin; test/cli/plugins.test.ts runs it',
  'plugins:uninstall': 'needs an installed plugin; test/cli/plugins.test.ts runs it',
  accept: 'archives, as the run of archive does; test/git/merge.test.ts',
  merge: 'makes a commit, whose name is another every time; test/git/merge.test.ts',
  'agent:events:merge-driver': 'git runs it with three files; test/git/merge-drivers.test.ts',
  'agent:specs:merge-driver': 'git runs it with three files; test/git/merge-drivers.test.ts',
}

const FEATURE = '001-login'
const words = (line: string): string[] => line.split(' ')
const run = (line: string, more: Omit<Run, 'argv'> = {}): Run => ({ argv: words(line), ...more })

/** A repository's life, in order: each run finds what the ones before it left. */
export const RUNS: readonly Run[] = [
  run('status'),
  run('init'),
  run('agent feature setup-spec login --title Login'),
  run('agent feature finalize-tasks --all', { before: packages }),
  run('status'),
  run('prime'),
  run('next'),
  run('list'),
  run('ready'),
  run('search Draw'),
  run('show WP01'),
  run('log WP01'),
  run('setup agents --check'),
  run('agent tasks list'),
  run('agent tasks list --lane doing'),
  run('agent tasks ready'),
  run('agent tasks show WP01'),
  run('agent tasks show WP99'),
  run('agent tasks tag WP01 --add ui'),
  run('agent tasks note WP01 seen'),
  run('note WP01 again'),
  run('agent tasks usage WP01 --tokens 1200 --cost 0.5 --seconds 60'),
  run('agent tasks move-task WP02 --to doing'),
  run('agent tasks move-task WP01 --to doing --expect planned'),
  run('agent tasks move-task WP01 --to doing --expect planned', { actor: 'bob' }),
  run('agent errors list'),
  run('agent errors match WP02 --to doing'),
  run('agent tasks mark-status T001 --status done'),
  run('untick WP01 T001'),
  run('tick WP01 T001'),
  run('agent gates add WP01 --type CI_CHECK'),
  run('agent gates list WP01'),
  run('review WP01'),
  run('done WP01'),
  run('agent gates set WP01-CI_CHECK --status passed'),
  run('done WP01'),
  run('reopen WP01 --force --reason again'),
  run('move WP01 doing'),
  run('review WP01'),
  run('reject WP01 --reason slow'),
  run('reopen WP01'),
  run('move WP01 doing'),
  run('move WP01 for_review'),
  run('done WP01'),
  run('cancel WP03 --reason early'),
  run('reopen WP03'),
  run('next --claim'),
  run('undo'),
  run('claim WP02'),
  run('claim WP02', { actor: 'bob' }),
  run('release WP02 --reason late'),
  run('implement WP03', { before: committed }),
  run('agent workspaces list'),
  run('agent workspaces remove WP03'),
  run('cancel WP03 --reason obsolete'),
  run('new Receipts --feature 001'),
  run('edit WP04 --title Bills'),
  run('renumber WP01 WP09.md'),
  run('sync'),
  run('agent events list --limit 2'),
  run('agent events verify'),
  run('agent events rebuild-index'),
  run('agent events rebuild-clock'),
  run('agent events archive'),
  run('flow'),
  run('export csv'),
  run('import markdown todo.md --dry-run', {
    before: ({ write }) => write('todo.md', '# Later\n\n- [ ] Sing\n'),
  }),
  run('agent events restore --from HEAD'),
  run('agent events redact --purge'),
  run('claim WP04', { before: branched }),
  run('agent events audit'),
  run('agent merge preview other', { before: committed }),
  run('move WP04 doing', { actor: 'bob', before: switched('other') }),
  run('note WP04 mine', { actor: 'bob' }),
  run('ci --base main', { before: committed }),
  run('status', { before: merged }),
  run('conflicts'),
  run('agent conflicts list'),
  run('agent conflicts show WP04'),
  run('resolve WP04 --keep bob'),
  run('agent conflicts resolve WP04 --keep bob'),
  run('archive 001 --reason shipped'),
  run('archive 001 --restore'),
  run('plugins'),
  run('version'),
]

function packages({ write }: World): void {
  for (const [id, rest] of [
    ['WP01', 'subtasks: [T001]\n'],
    ['WP02', 'dependencies: [WP01]\n'],
    ['WP03', ''],
  ] as const) {
    const boxes = id === 'WP01' ? '\n- [ ] T001 Draw it\n' : ''
    write(
      `kitty-specs/${FEATURE}/tasks/${id}.md`,
      `---\nwork_package_id: ${id}\ntitle: Part ${id}\n${rest}---\n# ${id}\n${boxes}`,
    )
  }
}

function committed({ git }: World): void {
  git('add', '--all')
  git('commit', '--quiet', '--allow-empty', '--message', 'work')
}

/** A branch on which someone else works on the same packages. */
function branched(world: World): void {
  committed(world)
  world.git('branch', 'other')
}

function switched(branch: string): (world: World) => void {
  return (world) => {
    committed(world)
    world.git('switch', '--quiet', branch)
  }
}

/** Merges the log as git does where it cannot run kitty: the lines of both. */
function merged({ git }: World): void {
  git('add', '--all')
  git('commit', '--quiet', '--allow-empty', '--message', 'other work')
  git('switch', '--quiet', 'main')
  const drivers = { events: 'git merge-file --union %A %O %B', 'work-package': 'true' }
  const options = Object.entries(drivers).flatMap(([name, driver]) => [
    '-c',
    `merge.kitty-${name}.driver=${driver}`,
  ])
  git(...options, 'merge', '--quiet', '--no-edit', 'other')
}
