import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Exempt } from './invariants.js'
import { logLines } from './oracle.js'
import { packageFile } from './package-file.js'
import { expectExit, type World } from './world.js'

/** One of kitty's commands that write, on a fresh world. */
export interface WritingCommand {
  readonly title: string
  readonly args: readonly string[] | ((world: World) => readonly string[])
  readonly prepare?: (world: World) => Promise<void> | void
  /** It takes `--idempotency-key`. */
  readonly isKeyed?: true
  /** Its files name the time. */
  readonly hasTimes?: true
  readonly exempt?: Exempt
}

const FEATURE = '001-login'
const KEYED = { isKeyed: true } as const

const done =
  (...args: string[]) =>
  async (world: World): Promise<void> => {
    expectExit(await world.kitty([...args, '--json']), 0)
  }

export const WRITING_COMMANDS: readonly WritingCommand[] = [
  { title: 'note', args: ['note', 'WP01', 'a note'], ...KEYED },
  { title: 'move of two packages', args: ['move', 'WP01', 'WP03', 'doing'], ...KEYED },
  { title: 'claim', args: ['claim', 'WP01'], ...KEYED },
  {
    title: 'release',
    prepare: done('claim', 'WP01'),
    args: ['release', 'WP01', '--reason', 'no time'],
    ...KEYED,
  },
  { title: 'tag', args: ['agent', 'tasks', 'tag', 'WP01', '--add', 'late'], ...KEYED },
  { title: 'new', args: ['new', 'A fourth part', '--after', 'WP01', '--subtask', 'Begin'], ...KEYED },
  { title: 'edit', args: ['edit', 'WP01', '--title', 'Another title', '--priority', '2'], ...KEYED },
  {
    title: 'setup-spec',
    args: ['agent', 'feature', 'setup-spec', 'logout'],
    hasTimes: true,
    ...KEYED,
  },
  {
    title: 'finalize-tasks',
    prepare: (world) => {
      const text = '---\nwork_package_id: WP04\ntitle: Part WP04\nlane: planned\n---\n# WP04\n'
      writeFileSync(packageFile(world, 'WP04'), text)
    },
    args: ['agent', 'feature', 'finalize-tasks', '--feature', FEATURE],
    ...KEYED,
  },
  {
    // Not of the feature that the checks write to.
    title: 'archive of a feature',
    prepare: done('agent', 'feature', 'setup-spec', 'logout'),
    args: ['archive', '002-logout'],
    hasTimes: true,
    ...KEYED,
  },
  {
    title: 'sync',
    prepare: (world) => {
      const file = packageFile(world, 'WP01')
      writeFileSync(file, readFileSync(file, 'utf8').replace('title: Part WP01', 'title: By hand'))
    },
    args: ['sync', '--take', 'WP01'],
    ...KEYED,
  },
  {
    title: 'commit',
    prepare: async (world) => {
      world.git('config', 'user.name', 'Ada')
      world.git('config', 'user.email', 'ada@example.org')
      await done('note', 'WP01', 'a note')(world)
    },
    args: ['commit', '-m', 'Work'],
  },
  {
    title: 'redact',
    prepare: done('note', 'WP01', 'a secret'),
    args: (world) => {
      const secret = logLines(world.root).find(({ bytes }) => bytes.includes('a secret'))
      return ['agent', 'events', 'redact', secret?.event?.event_id ?? '', '--reason', 'a secret']
    },
    exempt: { rewritten: true },
  },
  { title: 'rebuild-index', args: ['agent', 'events', 'rebuild-index'] },
  {
    title: 'rebuild-clock',
    prepare: (world) => {
      writeFileSync(world.clockFile, '{')
    },
    args: ['agent', 'events', 'rebuild-clock'],
  },
  {
    title: 'repair of a torn tail and of a misplaced event by doctor --fix',
    prepare: (world) => {
      const [first] = logLines(world.root)
      if (first === undefined) throw new Error('the log is empty')
      appendFileSync(world.path('.kittify/events/2026-01-06.jsonl'), '{"event_id":"01TORN","payl')
      writeFileSync(world.path('.kittify/events/2026-01-09.jsonl'), `${first.bytes.toString()}\n`)
      world.remember()
    },
    args: ['doctor', '--fix'],
    exempt: { rewritten: true },
  },
  {
    title: 'import',
    prepare: (world) => {
      mkdirSync(world.path('.beads'))
      const issue = { id: 'sky-1', title: 'First', status: 'open', created_at: '2024-05-01T10:00:00Z' }
      writeFileSync(world.path('.beads/issues.jsonl'), `${JSON.stringify(issue)}\n`)
      world.remember()
    },
    args: ['import', 'beads', '.'],
  },
  { title: 'implement', args: ['implement', 'WP01'], ...KEYED },
]
