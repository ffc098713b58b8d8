import { Args, Flags, Parser } from '@oclif/core'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../../../src/core/cli/failure.js'
import { CommandRunner, type ManifestCommand } from '../../support/in-process-command.js'
import { tempFolder } from '../../support/temp-folder.js'

const COMMAND = {
  id: 'agent:tasks:hand-over',
  args: { workPackage: Args.string({ required: true }), lane: Args.string({ options: ['planned', 'done'] }) },
  flags: {
    reason: Flags.string({ required: true, helpValue: 'TEXT' }),
    limit: Flags.integer({ min: 1, max: 50 }),
    format: Flags.string({ options: ['text', 'jsonl'] }),
    quiet: Flags.boolean({ exclusive: ['limit', 'loud'] }),
    loud: Flags.boolean({ exclusive: ['quiet'] }),
    force: Flags.boolean({ dependsOn: ['limit', 'format'] }),
  },
  examples: ['<%= config.bin %> <%= command.id %> WP01 --reason "out of time"'],
}
const HELP = 'kitty agent tasks hand-over --help'
const EXAMPLE = "kitty agent tasks hand-over WP01 --reason 'out of time'   # for example"

async function refused(...argv: string[]): Promise<{ message: string; steps: string[] }> {
  try {
    await Parser.parse(argv, COMMAND)
  } catch (error) {
    const { message, next_steps } = failureOf(error, COMMAND).document
    return { message, steps: next_steps.map(({ text }) => text) }
  }
  throw new Error(`${argv.join(' ')} was taken`)
}

describe('a command line that the command cannot read', () => {
  it.each([
    [['--reason', 'x'], 'kitty agent tasks hand-over needs WORKPACKAGE.'],
    [['WP01'], 'kitty agent tasks hand-over needs --reason TEXT.'],
  ])('is told what is missing from %j, with an example', async (argv, message) => {
    expect(await refused(...argv)).toEqual({ message, steps: [EXAMPLE, HELP] })
  })

  it.each([
    [['--raeson'], 'kitty agent tasks hand-over has no flag --raeson. Did you mean --reason?'],
    [['--whatever'], 'kitty agent tasks hand-over has no flag --whatever.'],
    [['done', 'more'], 'kitty agent tasks hand-over does not take this argument: more'],
    [['--limit', 'many'], '--limit takes a whole number, not "many".'],
    [['--limit', ''], '--limit takes a whole number, not "".'],
    [['--limit', '0'], '--limit takes a whole number of at least 1, not "0".'],
    [['--limit', '51'], '--limit takes a whole number of at most 50, not "51".'],
    [['--format', 'xml'], '--format takes text or jsonl, not "xml".'],
    [['nowhere'], '"nowhere" is not one of planned or done.'],
    [['--limit'], '--limit VALUE needs its value.'],
    [['--quiet', '--limit', '3'], '--limit and --quiet cannot be given together.'],
    [['--quiet', '--loud'], '--loud and --quiet cannot be given together.'],
    [['--force'], '--force needs --limit and --format.'],
  ])('is told what is wrong with %j', async (argv, message) => {
    expect(await refused('WP01', '--reason', 'x', ...argv)).toEqual({ message, steps: [HELP] })
  })

  it.each([
    [['<%= config.bin %> init', 'kitty x'], 'kitty init   # for example'],
    [
      ['KITTY_HUB=postgres://ada:…@db1 <%= config.bin %> init db1', '<%= config.bin %> init db2'],
      'kitty init db2   # for example',
    ],
    [
      ['echo x | <%= config.bin %> new', '<%= config.bin %> new | cat', '<%= config.bin %> new y'],
      'kitty new y   # for example',
    ],
    [['git config merge.kitty-events.driver'], HELP],
  ])(
    'is shown the first of the examples %j that begins with kitty and is one command',
    async (examples, step) => {
      const command = { ...COMMAND, examples }
      const missing = await Parser.parse([], command).catch((error: unknown) => error)
      expect(failureOf(missing, command).document.next_steps[0]?.text).toBe(step)
    },
  )

  it('has no colors in its message', async () => {
    expect((await refused('WP01')).message).not.toContain('\u001B')
  })
})

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const { commands } = JSON.parse(readFileSync(`${ROOT}oclif.manifest.json`, 'utf8')) as {
  readonly commands: Readonly<Record<string, ManifestCommand>>
}

describe('every command', () => {
  it('refuses a flag that it does not have as a usage error, whether or not it declares any', async () => {
    const runner = await CommandRunner.create(ROOT, commands)
    const cwd = tempFolder()
    const wrong: string[] = []
    for (const id of Object.keys(commands)) {
      const { code, stderr } = await runner.run([...id.split(':'), '--nope'], { cwd, now: new Date() })
      if (code !== 2 || !stderr.includes('has no flag --nope'))
        wrong.push(`${id} (${String(code)}): ${stderr}`)
    }
    expect(wrong).toEqual([])
  })
})
