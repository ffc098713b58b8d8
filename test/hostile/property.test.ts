import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Random } from '../support/random.js'
import {
  hostileConfigs,
  hostileEvents,
  hostilePackages,
  hostileString,
  PWNED,
} from './support/hostile-strings.js'
import { shellSteps } from './support/shell-steps.js'
import { event, expectBounded, FEATURE, type Run, UNSEEN, Victim } from './support/victim.js'

const FULL = process.env['KITTY_HOSTILE'] === 'full'
const SEEDS = process.env['KITTY_HOSTILE_SEED'] === undefined ? (FULL ? 40 : 1) : 1
const FIRST_SEED = Number(process.env['KITTY_HOSTILE_SEED'] ?? 1)

interface Described {
  readonly args?: Readonly<
    Record<string, { readonly required?: boolean; readonly options?: readonly string[] }>
  >
  readonly flags?: Readonly<
    Record<
      string,
      { readonly type: string; readonly required?: boolean; readonly options?: readonly string[] }
    >
  >
}

// Cast: `npm run build` writes this file from the commands.
const { commands } = JSON.parse(
  readFileSync(new URL('../../oclif.manifest.json', import.meta.url), 'utf8'),
) as {
  commands: Readonly<Record<string, Described>>
}

/** They serve until their caller ends them: each gets time for its first output. */
const ENDLESS: ReadonlySet<string> = new Set(['web', 'watch', 'board'])

/** Arguments that are right as far as the command's form goes, so that it gets to what the repository holds. */
const RIGHT: Readonly<Record<string, string>> = {
  workPackage: 'WP01',
  workPackages: 'WP01',
  'packages lane': 'WP01 doing',
  feature: FEATURE,
  entity: 'WP01',
  subtasks: 'T011',
  branch: 'theirs',
  range: 'main..theirs',
  shell: 'bash',
  format: 'markdown',
  path: '.',
  file: `kitty-specs/${FEATURE}/tasks/WP21-part.md`,
  words: 'part',
  agents: 'AGENTS.md',
}
const REQUIRED: Readonly<Record<string, string>> = {
  to: 'doing',
  status: 'done',
  type: 'CI_CHECK',
  keep: 'x',
  reason: 'x',
}

/** Two calls of a command: with right arguments, and with hostile ones in the same places. */
function callsOf(id: string, random: Random): string[][] {
  const { args = {}, flags = {} } = commands[id] ?? {}
  // A process's argument cannot hold NUL, and 64 KiB of them would be the caller's own doing.
  const word = (): string => hostileString(random).replaceAll('\0', '').slice(0, 1_000) || 'x'
  const required = Object.entries(flags).filter(([, flag]) => flag.required === true)
  const path = id.split(':')
  const options = (isRight: boolean): string[] =>
    required.flatMap(([name, { options }]) => [
      `--${name}`,
      isRight ? (options?.[0] ?? REQUIRED[name] ?? 'x') : word(),
    ])
  const optional = Object.entries(flags).filter(
    ([name, flag]) => flag.type === 'option' && flag.required !== true && name !== 'idempotency-key',
  )
  const [chosen] = optional.length === 0 ? [] : random.pick(optional)
  const right = Object.keys(args).flatMap((name) => (RIGHT[name] ?? 'x').split(' '))
  return [
    [...path, ...right, ...options(true)],
    [
      ...path,
      ...options(false),
      ...(chosen === undefined ? [] : [`--${chosen}=${word()}`]),
      '--',
      ...Object.keys(args).map(word),
    ],
  ]
}

function expectHarmless(ran: Run): void {
  const what = ran.args.map((word) => JSON.stringify(word.slice(0, 80))).join(' ')
  expectBounded(ran)
  expect(UNSEEN.exec(ran.stdout)?.[0], `${what} on stdout`).toBeUndefined()
  expect(UNSEEN.exec(ran.stderr)?.[0], `${what} on stderr`).toBeUndefined()
  if (ran.args.includes('--json')) shellSteps(ran)
}

/** Nothing outside the repository has changed, and no shell ran what a name said. */
function expectUntouched(victim: Victim): void {
  expect(victim.changedOutside()).toEqual([])
  const names = readdirSync(victim.root, { recursive: true, encoding: 'utf8' })
  expect(names.filter((name) => name.split('/').at(-1) === PWNED)).toEqual([])
}

async function attacked(random: Random): Promise<Victim> {
  const victim = await Victim.make()
  victim.git('switch', '--quiet', '--create', 'theirs')
  victim.append(event({ lamport_clock: 90 }), ...hostileEvents(random))
  victim.write(
    `kitty-specs/${FEATURE}/tasks/WP02-part.md`,
    `---\nwork_package_id: WP02\ntitle: ${JSON.stringify(hostileString(random))}\n---\n`,
  )
  victim.commitAll()
  victim.git('switch', '--quiet', 'main')
  victim.append(...hostileEvents(random))
  for (const [name, content] of hostilePackages(random))
    victim.write(`kitty-specs/${FEATURE}/tasks/${name}`, content)
  victim.remember()
  return victim
}

/** npm asks no registry, and no program of the user's is started. */
const ENV = {
  npm_config_registry: 'http://127.0.0.1:1/',
  npm_config_fetch_retries: '0',
  EDITOR: 'false',
  VISUAL: 'false',
}

describe('hostile strings', () => {
  it.each(Array.from({ length: SEEDS }, (_, at) => FIRST_SEED + at))(
    'in every field of events and front matter harm no command (seed %d)',
    async (seed) => {
      const random = new Random(seed)
      const victim = await attacked(random)
      for (const id of Object.keys(commands)) {
        for (const call of callsOf(id, random)) {
          const json = FULL || random.chance(0.5)
          const forms = FULL ? [call, withJson(call)] : [json ? withJson(call) : call]
          for (const args of forms) {
            const endsAfter = ENDLESS.has(id) ? 2_000 : undefined
            expectHarmless(
              await victim.kittyWith({ env: ENV, ...(endsAfter !== undefined && { endsAfter }) }, ...args),
            )
          }
        }
      }
      expectUntouched(victim)
    },
    SEEDS * 20 * 60_000,
  )

  it.each(Array.from({ length: SEEDS }, (_, at) => FIRST_SEED + at))(
    'in every setting harm no command (seed %d)',
    async (seed) => {
      const random = new Random(seed)
      const victim = await Victim.make()
      const calls = [
        ['status'],
        ['doctor'],
        ['move', 'WP01', 'doing'],
        ['init'],
        ['agent', 'events', 'audit'],
        ['autocomplete', 'words', '--', 'move', 'WP01', ''],
      ]
      for (const config of hostileConfigs(random)) {
        victim.write('.kittify/config.json', config)
        for (const call of FULL ? calls : [random.pick(calls), ['status']]) {
          expectHarmless(await victim.kittyWith({ env: ENV }, ...call))
          if (call[0] !== 'autocomplete')
            expectHarmless(await victim.kittyWith({ env: ENV }, ...call, '--json'))
        }
      }
      expectUntouched(victim)
    },
    SEEDS * 20 * 60_000,
  )
})

function withJson(call: readonly string[]): string[] {
  const end = call.indexOf('--')
  return end < 0 ? [...call, '--json'] : [...call.slice(0, end), '--json', ...call.slice(end)]
}
