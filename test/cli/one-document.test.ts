import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { inParallel } from '../support/in-parallel.js'
import { preparedRepository } from '../support/prepared-repository.js'
import { documentOf, failureIn, kitty, type Outcome } from '../support/program.js'
import { sharedFolder, tempFolder } from '../support/temp-folder.js'
import { TempRepository } from '../support/temp-repository.js'

interface Manifest {
  readonly commands: Readonly<Record<string, { readonly strict: boolean; readonly enableJsonFlag: boolean }>>
}

const MANIFEST = fileURLToPath(new URL('../../oclif.manifest.json', import.meta.url))
const COMMANDS: readonly string[] = existsSync(MANIFEST)
  ? Object.keys((JSON.parse(readFileSync(MANIFEST, 'utf8')) as Manifest).commands)
  : []

interface Case {
  readonly args: string
  readonly code: number
  readonly kind?: string
}

const ANSWERS: readonly Case[] = [
  { args: 'init', code: 0 },
  { args: 'status', code: 0 },
  { args: 'agent tasks list', code: 0 },
  { args: 'agent tasks show wp1', code: 0 },
  { args: 'agent tasks move-task WP02 --to doing', code: 0 },
  { args: 'agent events list --limit 2', code: 0 },
  { args: 'agent events verify', code: 0 },
  { args: 'agent events rebuild-index', code: 0 },
  { args: 'agent events rebuild-clock', code: 0 },
  { args: 'agent feature setup-spec search', code: 0 },
  { args: 'agent feature finalize-tasks', code: 0 },
  { args: 'version', code: 0 },
  { args: '--version', code: 0 },
]

const HELP: readonly Case[] = [
  { args: '', code: 0 },
  { args: 'agent', code: 0 },
  { args: 'agent tasks', code: 0 },
  { args: 'help', code: 0 },
  { args: '--help', code: 0 },
  { args: '-h', code: 0 },
  { args: 'status --help', code: 0 },
  { args: 'help agent tasks show', code: 0 },
]

const REFUSALS: readonly Case[] = [
  { args: 'nosuch', code: 2, kind: 'UsageError' },
  { args: 'agent nosuch', code: 2, kind: 'UsageError' },
  { args: 'help nosuch', code: 2, kind: 'UsageError' },
  { args: 'status extra', code: 2, kind: 'UsageError' },
  { args: 'status --nosuch', code: 2, kind: 'UsageError' },
  { args: 'agent tasks show', code: 2, kind: 'UsageError' },
  { args: 'agent tasks show WP01 WP02', code: 2, kind: 'UsageError' },
  { args: 'agent tasks move-task WP01', code: 2, kind: 'UsageError' },
  { args: 'agent tasks move-task WP01 --to', code: 2, kind: 'UsageError' },
  { args: 'agent events list --since-clock many', code: 2, kind: 'UsageError' },
  { args: 'agent events list --format xml', code: 2, kind: 'UsageError' },
  { args: 'agent events list --from yesterday', code: 2, kind: 'UsageError' },
  { args: 'agent tasks show WP99', code: 2, kind: 'UnknownWorkPackage' },
  { args: 'status --feature 9', code: 2, kind: 'UnknownFeature' },
  { args: 'agent tasks move-task WP03 --to doing', code: 1, kind: 'DependencyValidationError' },
  { args: 'agent tasks move-task WP01 --to done', code: 1, kind: 'StateTransitionError' },
  { args: 'agent tasks move-task WP01 --to doing --expect done', code: 6, kind: 'LostRace' },
]

describe('with --json', () => {
  let root: string
  const ask = (args: string, cwd = root): Promise<Outcome> =>
    kitty({ cwd, env: { KITTY_FEATURE: '001' } }, ...args.split(' ').filter((word) => word !== ''), '--json')

  beforeAll(async () => {
    root = (await preparedRepository(undefined, sharedFolder())).root
  })

  it('every command that succeeds prints one document with its warnings, and nothing else', async () => {
    for (const { args, code } of ANSWERS) {
      const outcome = await ask(args)
      expect([args, outcome.code, outcome.stderr]).toEqual([args, code, ''])
      expect(documentOf(outcome), args).toHaveProperty('warnings')
    }
  })

  it('every refusal is one document with kind, message, next steps and context', async () => {
    const outcomes = await inParallel(REFUSALS, async ({ args }) => ask(args))
    for (const [at, { args, code, kind }] of REFUSALS.entries()) {
      const outcome = outcomes[at]
      if (outcome === undefined) throw new Error(`${args} was not run`)
      const failure = failureIn(outcome)
      expect([args, outcome.code, failure.kind]).toEqual([args, code, kind])
      expect(Object.keys(documentOf(outcome)), args).toEqual(['error'])
      expect(failure.message, args).not.toBe('')
      expect(failure.next_steps.length, args).toBeGreaterThan(0)
      expect(failure.context, args).toBeTypeOf('object')
    }
  })

  it('help is a document too: of the program, of a topic, of a command', async () => {
    const outcomes = await inParallel(HELP, async ({ args }) => ask(args))
    for (const [at, { args, code }] of HELP.entries()) {
      const outcome = outcomes[at]
      if (outcome === undefined) throw new Error(`${args} was not run`)
      expect([args, outcome.code]).toEqual([args, code])
      expect(documentOf(outcome), args).toMatchObject({
        help: { commands: expect.any(Array) as unknown },
        warnings: [],
      })
    }
  })

  it('a word after -- is an argument, never a flag', async () => {
    const outcome = await kitty({ cwd: root }, 'agent', 'tasks', 'show', '--', '--json')
    expect(outcome).toMatchObject({ code: 2, stdout: '' })
  })

  it('every command there is answers with one document where nothing is set up', async () => {
    const { root: bare } = new TempRepository()
    const outside = tempFolder()
    // What manages plugins reaches for a registry.
    const named = COMMANDS.filter((id) => !id.startsWith('plugins')).map((id) => id.replaceAll(':', ' '))
    const outcomes = await inParallel(named, async (args) => ({
      args,
      outcome: await ask(args, args === 'init' ? outside : bare),
    }))
    expect(named.length).toBeGreaterThan(10)
    for (const { args, outcome } of outcomes) {
      const document = documentOf(outcome)
      if (outcome.code === 0) expect(document, args).toHaveProperty('warnings')
      else expect([2, 5], args).toContain(outcome.code)
    }
  })
})
