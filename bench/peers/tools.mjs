/**
 * How each tool does the same work. Items after the first are copies, in the tool's own files, of the one that the tool
 * wrote: creating a thousand items with a thousand starts would show nothing that one start does not.
 *
 * A tool: `name`, `version`, `runsOn` (`node` or `bun`), `bin` in its package, `init`, `create(title)`, `fill(cwd,
 * count)`, `move(turn, cwd, first)` (arguments of a state change that is legal each time; turns count from 0, `first`
 * is the first listed item), `list`, and `items(stdout)`: the items of its list, as `{ id, title }[]`. Some have a
 * `loop`: what an agent types from finding work to handing it over. `find` shows what there is to do, `pick(stdout,
 * items, turn)` is the item to take, and `work(id)` the commands on it.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { copyLine } from './copies.mjs'

const turns = (round, one, other) => (round % 2 === 0 ? one : other)
const firstId = (path) => JSON.parse(readFileSync(path, 'utf8').split('\n')[0]).id

const kitty = {
  name: 'kitty',
  runsOn: 'node',
  init: [['init'], ['agent', 'feature', 'setup-spec', 'bench', '--title', 'Bench']],
  create: (title) => ['new', title, '--feature', '001-bench'],
  fill: (cwd, count) => {
    for (let nth = 2; nth <= count; nth += 1) writePackage(cwd, nth, `item ${nth}`)
    return [['agent', 'feature', 'finalize-tasks', '--feature', '001-bench']]
  },
  move: (round) => ['agent', 'tasks', 'move-task', 'WP01', '--to', turns(round, 'doing', 'planned')],
  moves: 'one event, durable',
  list: ['agent', 'tasks', 'list', '--json'],
  items: (text) =>
    JSON.parse(text).work_packages.map(({ work_package, title }) => ({ id: work_package, title })),
  loop: {
    find: ['next', '--claim'],
    // The moves measured before may have left one in work: then that one comes again.
    pick: (text) => /^(?:Claimed )?(WP\d+)/.exec(text)[1],
    // What was claimed is shown already.
    work: (id) => [
      ['note', id, 'Half of it is done.'],
      ['review', id],
      ['done', id],
    ],
  },
}

function writePackage(cwd, nth, title) {
  const id = `WP${String(nth).padStart(2, '0')}`
  const folder = join(cwd, 'kitty-specs', '001-bench', 'tasks')
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, `${id}-item.md`),
    `---\nwork_package_id: ${id}\ntitle: ${title}\n---\n\n# ${id}\n`,
  )
}

const backlog = {
  name: 'backlog.md',
  version: '1.52.0',
  runsOn: 'node',
  bin: 'cli.js',
  init: [['init', 'Bench', '--defaults', '--integration-mode', 'none']],
  create: (title) => ['task', 'create', title, '--plain'],
  fill: (cwd, count) => {
    const folder = join(cwd, 'backlog', 'tasks')
    const [first] = readdirSync(folder)
    const text = readFileSync(join(folder, first), 'utf8')
    for (let nth = 2; nth <= count; nth += 1)
      writeFileSync(
        join(folder, `task-${nth} - item-${nth}.md`),
        text.replace('TASK-1', `TASK-${nth}`).replace(/^title: .*$/m, `title: item ${nth}`),
      )
  },
  move: (round) => ['task', 'edit', '1', '-s', turns(round, 'In Progress', 'To Do'), '--plain'],
  moves: 'rewrites the task’s file',
  list: ['task', 'list', '--json'],
  items: (text) => JSON.parse(text).tasks.map(({ id, title }) => ({ id, title })),
  loop: {
    find: ['task', 'list', '-s', 'To Do', '--plain'],
    pick: (_, items, turn) => items.at(-1 - turn).id,
    work: (id) => [
      ['task', id, '--plain'],
      ['task', 'edit', id, '-s', 'In Progress', '--plain'],
      ['task', 'edit', id, '--append-notes', 'Half of it is done.', '--plain'],
      ['task', 'edit', id, '-s', 'Done', '--plain'],
    ],
  },
}

const seeds = {
  name: '@os-eco/seeds-cli',
  version: '0.5.13',
  runsOn: 'bun',
  bin: 'src/index.ts',
  init: [['init']],
  create: (title) => ['create', '--title', title],
  fill: (cwd, count) =>
    copyLine(join(cwd, '.seeds', 'issues.jsonl'), count, (nth, { id }) => ({
      id: id.replace(/[^-]*$/, (0x10000 + nth).toString(16)),
      title: `item ${nth}`,
    })),
  move: (round, cwd) => [
    'update',
    firstId(join(cwd, '.seeds', 'issues.jsonl')),
    '--status',
    turns(round, 'in_progress', 'open'),
  ],
  moves: 'rewrites the one file',
  list: ['list', '--limit', '100000', '--json'],
  items: (text) => JSON.parse(text).issues.map(({ id, title }) => ({ id, title })),
  loop: {
    find: ['ready'],
    pick: (_, items, turn) => items.at(-1 - turn).id,
    work: (id) => [
      ['show', id],
      ['update', id, '--status', 'in_progress'],
      ['update', id, '--description', 'Half of it is done.'],
      ['close', id],
    ],
  },
}

const simpleTaskMaster = {
  name: 'simple-task-master',
  version: '0.3.1',
  runsOn: 'node',
  bin: 'bin/stm',
  init: [['init']],
  create: (title) => ['add', title],
  fill: (cwd, count) => {
    const folder = join(cwd, '.simple-task-master', 'tasks')
    const [first] = readdirSync(folder)
    const text = readFileSync(join(folder, first), 'utf8')
    for (let nth = 2; nth <= count; nth += 1)
      writeFileSync(
        join(folder, `${nth}-item-${nth}.md`),
        text.replace(/^id: 1$/m, `id: ${nth}`).replace(/^title: .*$/m, `title: item ${nth}`),
      )
  },
  move: (round) => ['update', '1', '--status', turns(round, 'in-progress', 'pending')],
  moves: 'rewrites the task’s file',
  list: ['list', '--format', 'json'],
  items: (text) => JSON.parse(text).map(({ id, title }) => ({ id, title })),
}

const tbd = {
  name: 'get-tbd',
  version: '0.2.3',
  runsOn: 'node',
  bin: 'dist/bin-bootstrap.cjs',
  init: [['init', '--prefix', 'kb']],
  create: (title) => ['create', title, '--no-sync'],
  // Its files are in a worktree of its own, under IDs that it maps, so the tool has to create the items.
  fillOneByOne: true,
  move: (round, cwd, first) => [
    'update',
    first.id,
    '--status',
    turns(round, 'in_progress', 'open'),
    '--no-sync',
  ],
  moves: 'rewrites the issue’s file',
  list: ['list', '--json', '--no-sync'],
  items: (text) => {
    const listed = JSON.parse(text)
    return (Array.isArray(listed) ? listed : listed.issues).map(({ id, title }) => ({ id, title }))
  },
}

const dex = {
  name: '@zeeg/dex',
  version: '0.16.0',
  runsOn: 'node',
  bin: 'dist/index.js',
  init: [],
  create: (title) => ['create', title],
  fill: (cwd, count) =>
    copyLine(join(cwd, '.dex', 'tasks.jsonl'), count, (nth) => ({
      id: `i${nth.toString(36).padStart(7, '0')}`,
      name: `item ${nth}`,
    })),
  move: (_, cwd) => ['start', firstId(join(cwd, '.dex', 'tasks.jsonl')), '--force'],
  moves: 'starts it again: rewrites the one file',
  list: ['list', '--flat', '--json'],
  items: (text) => JSON.parse(text).map(({ id, name }) => ({ id, title: name })),
  loop: {
    find: ['list'],
    pick: (_, items, turn) => items.at(-1 - turn).id,
    work: (id) => [
      ['show', id],
      ['start', id],
      ['edit', id, '--description', 'Half of it is done.'],
      ['complete', id, '--result', 'Done.', '--no-commit'],
    ],
  },
}

const openspec = {
  name: '@fission-ai/openspec',
  version: '1.13.2',
  runsOn: 'node',
  bin: 'bin/openspec.js',
  init: [['init', '--tools', 'none']],
  create: (title) => ['new', 'change', title.replaceAll(' ', '-')],
  fill: (cwd, count) => {
    const changes = join(cwd, 'openspec', 'changes')
    for (let nth = 2; nth <= count; nth += 1)
      cpSync(join(changes, 'item-1'), join(changes, `item-${nth}`), { recursive: true })
  },
  // A change has no lanes: its only move is into the archive, and each change can be archived once.
  move: (round) => ['archive', `item-${round + 2}`, '-y', '--skip-specs', '--no-validate'],
  moves: 'archives a change: renames its folder',
  list: ['list', '--json'],
  items: (text) =>
    JSON.parse(text).changes.map(({ name }) => ({ id: name, title: name.replaceAll('-', ' ') })),
}

/** kitty is first: the others are compared with it. */
export const TOOLS = [kitty, backlog, seeds, simpleTaskMaster, tbd, dex, openspec]

/** Runs the tools that Node cannot. */
export const BUN = { name: 'bun', version: '1.4.5', bin: 'bin/bun.exe' }
