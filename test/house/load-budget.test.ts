import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { sharedFolder } from '../support/temp-folder.js'
import { gitIn } from '../support/temp-repository.js'

const PROGRAM = fileURLToPath(new URL('../..', import.meta.url))
const RUN = join(PROGRAM, 'bin', 'run.js')
const COUNT = fileURLToPath(new URL('../support/count-loads.cjs', import.meta.url))
const BUDGET = fileURLToPath(new URL('load-budget.json', import.meta.url))
const ACCEPT = 'KITTY_UPDATE_BUDGET=1 npx vitest run test/house/load-budget.test.ts'

/** What a process does before it has answered, each by name: `… ×2` for what it does twice. */
interface Loads {
  /** Node's own modules beyond those that bare Node starts with. */
  readonly builtins: readonly string[]
  /** How many modules run of each room of the program and of each package, so that renaming one changes nothing. */
  readonly modules: Readonly<Record<string, number>>
  /** Files opened, listed or looked at by the program, with the compiled code of the time before. SQLite's own are not seen. */
  readonly files: readonly string[]
  readonly processes: readonly string[]
}

/** As counted: which modules these are. */
interface CountedLoads extends Omit<Loads, 'modules'> {
  readonly modules: readonly string[]
}

const COMMANDS = {
  '--version': ['--version'],
  'status --json': ['status', '--json'],
  'agent tasks move-task': ['agent', 'tasks', 'move-task', 'WP01', '--to', 'doing'],
} as const satisfies Readonly<Record<string, readonly string[]>>

let root = ''
let home = ''

describe.skipIf(process.platform !== 'linux')('what a start loads and looks at', () => {
  beforeAll(() => {
    home = sharedFolder()
    root = repository()
    // The compiled code holds what a command has used; each command has been run once, in the order of the repository's life.
    run(['--version'])
    run(['status', '--json'])
    run(['agent', 'tasks', 'move-task', 'WP02', '--to', 'doing'])
  })

  it.each(Object.keys(COMMANDS) as (keyof typeof COMMANDS)[])(
    'is for %s what the budget says, room by room',
    async (command) => {
      const counted = await loadsOf(COMMANDS[command])
      const found = { ...counted, modules: byRoom(counted.modules) }
      if (process.env['KITTY_UPDATE_BUDGET'] === '1') accept(command, found)
      const difference = [
        ...moduleDifferences(budget()[command], counted),
        ...differences(budget()[command], found),
      ]
      expect(difference, explained(command, difference)).toEqual([])
    },
  )
})

/** A feature with two packages and everything derived in place, as where someone has been working. */
function repository(): string {
  const folder = sharedFolder()
  gitIn(folder, 'init', '--quiet', '--initial-branch=main')
  gitIn(folder, 'config', 'user.name', 'Ada')
  root = folder
  run(['init'])
  run(['agent', 'feature', 'setup-spec', 'login'])
  const tasks = join(folder, 'kitty-specs', '001-login', 'tasks')
  mkdirSync(tasks, { recursive: true })
  for (const id of ['WP01', 'WP02'])
    writeFileSync(
      join(tasks, `${id}-part.md`),
      `---\nwork_package_id: ${id}\ntitle: Part ${id}\n---\n# ${id}\n`,
    )
  run(['agent', 'feature', 'finalize-tasks', '--feature', '001-login'])
  return folder
}

/**
 * Modules are counted in a run without compiled code, for which the bundle's text is changed; the rest in one with it.
 * `--version` and `status` write nothing; the package that the first run has moved is moved back by the second.
 */
async function loadsOf(args: readonly string[]): Promise<CountedLoads> {
  const inside = await counted(args, { KITTY_LOADS_BUNDLED: '1', XDG_CACHE_HOME: '/dev/null' })
  const isMove = args.includes('move-task')
  const { builtins, files, processes } = await counted(isMove ? [...args.slice(0, -1), 'planned'] : args, {})
  return { builtins, modules: inside.modules.filter(isOfBundle), files, processes }
}

/** Not one by which the bundle reaches a module of Node or a native one: `builtins` and the file's own name tell those. */
function isOfBundle(module: string): boolean {
  return !module.startsWith('outside:')
}

async function counted(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<CountedLoads> {
  await untilSettled()
  const report = join(home, 'loads.json')
  run(args, { ...env, KITTY_LOADS: report }, ['--require', COUNT])
  const loads = JSON.parse(readFileSync(report, 'utf8')) as CountedLoads // written by count-loads.cjs in this form
  return {
    builtins: named(loads.builtins),
    modules: named(loads.modules),
    files: named(loads.files),
    processes: named(loads.processes),
  }
}

/**
 * What a package's file states is remembered once the file has not changed for two seconds (docs/formats.md, "Files that
 * have not changed"): without this, a slow machine would have files remembered that a fast one reads.
 */
async function untilSettled(): Promise<void> {
  const tasks = join(root, 'kitty-specs', '001-login', 'tasks')
  const youngest = Math.max(...readdirSync(tasks).map((name) => statSync(join(tasks, name)).ctimeMs))
  await pause(Math.max(0, youngest + 2_100 - Date.now()))
}

function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  nodeOptions: readonly string[] = [],
): void {
  const { PATH = '' } = process.env
  const { status, stderr } = spawnSync(process.execPath, [...nodeOptions, RUN, ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH, HOME: home, KITTY_ACTOR: 'ada', ...env },
  })
  if (status !== 0) throw new Error(`kitty ${args.join(' ')} ended with ${status}: ${stderr}`)
}

/** Sorted, repeats counted, and without what differs from one machine, build or day to the next. */
function named(entries: readonly string[]): string[] {
  const times = new Map<string, number>()
  for (const entry of entries.map(withoutPlace).filter((name) => !isAboveHome(name)))
    times.set(entry, (times.get(entry) ?? 0) + 1)
  return [...times].map(([name, count]) => (count === 1 ? name : `${name} ×${count}`)).sort()
}

function withoutPlace(entry: string): string {
  return entry
    .replaceAll(`${root}/`, '')
    .replaceAll(root, '.')
    .replaceAll(`${home}/`, '<home>/')
    .replaceAll(PROGRAM, '<program>/')
    .replace(/\.cjs-[0-9a-f]{16}-\S+/, '.cjs-<build>')
    .replace(/^cjs:/, '')
    .replace(/\d{4}-\d\d-\d\d\.jsonl/, '<today>.jsonl')
    .replace(/\.\d+-\d+\.tmp$/, '.<process>.tmp')
    .replace(`${process.platform}-${process.arch}`, '<platform>')
}

/** How deep the home folder lies differs from one machine to the next. */
function isAboveHome(entry: string): boolean {
  const path = entry.slice(entry.indexOf(' ') + 1).replace(/\.git$/, '')
  return path.startsWith('/') && `${home}/`.startsWith(path.endsWith('/') ? path : `${path}/`)
}

/** `core/index` of dist/core/index/sqlite/connection.js, `events library`, `@oclif/core` of its own modules. */
function roomOf(module: string): string {
  const installed = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(module)?.[1]
  if (installed !== undefined) return installed
  if (module.startsWith('packages/events/')) return 'events library'
  const own = /^dist\/(.*)\/[^/]+$/.exec(module)?.[1]
  return own ?? module
}

function byRoom(modules: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const room of modules.map(roomOf).sort()) counts[room] = (counts[room] ?? 0) + 1
  return counts
}

/** With the names of what runs in a room of another number. */
function moduleDifferences(allowed: Loads | undefined, { modules }: CountedLoads): string[] {
  const found = byRoom(modules)
  const rooms = [...new Set([...Object.keys(allowed?.modules ?? {}), ...Object.keys(found)])].sort()
  return rooms.flatMap((room) => {
    const [before, now] = [allowed?.modules[room] ?? 0, found[room] ?? 0]
    if (before === now) return []
    const names = modules.filter((module) => roomOf(module) === room)
    return [`modules of ${room}: ${now} run, ${before} allowed: ${names.join(', ')}`]
  })
}

type Budget = Readonly<Record<string, Loads>>

function budget(): Budget {
  return JSON.parse(readFileSync(BUDGET, 'utf8')) as Budget // written by `accept`, reviewed by the one who commits it
}

function accept(command: string, found: Loads): void {
  writeFileSync(BUDGET, `${JSON.stringify({ ...budget(), [command]: found }, null, 2)}\n`)
}

function differences(allowed: Loads | undefined, found: Loads): string[] {
  return (['builtins', 'files', 'processes'] as const).flatMap((kind) => {
    const [before, now] = [new Set(allowed?.[kind]), new Set(found[kind])]
    return [
      ...[...now].filter((name) => !before.has(name)).map((name) => `added to ${kind}: ${name}`),
      ...[...before].filter((name) => !now.has(name)).map((name) => `gone from ${kind}: ${name}`),
    ]
  })
}

function explained(command: string, difference: readonly string[]): string {
  return [
    `kitty ${command} loads or looks at other things than test/house/load-budget.json allows:`,
    ...difference.map((line) => `  ${line}`),
    'Load it at its first use, or not at all. Where it is needed, accept it and commit the budget:',
    `  npm run build && ${ACCEPT}`,
  ].join('\n')
}
