import { fileURLToPath } from 'node:url'
import { Config } from '@oclif/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { isMistyped, unknownCommand } from '../../../src/core/cli/unknown-command.js'
import { ownNames } from '../../../src/core/cli/upstream-names.js'
import { rootHelp } from '../../../src/core/cli/root-help.js'

let config: Config
beforeAll(async () => {
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  config = await Config.load({ root, userPlugins: false, devPlugins: false })
})

/** What kitty says to type instead; undefined where the words are a command or ask for help. */
function steps(line: string): readonly string[] | undefined {
  return unknownCommand(ownNames(line.split(' ')), config)?.nextSteps.map(textOf)
}

function textOf(step: unknown): string {
  return typeof step === 'string' ? step : String(Reflect.get(Object(step), 'text'))
}

describe('a word that kitty has another word for', () => {
  it.each([
    ['start WP01', ['kitty claim WP01']],
    ['take WP01', ['kitty claim WP01']],
    ['finish WP01', ['kitty review WP01', 'kitty done WP01']],
    ['close WP01', ['kitty done WP01']],
    ['add Title', ['kitty new Title']],
    ['create Title', ['kitty new Title']],
    ['ls', ['kitty list']],
    ['kanban', ['kitty board', 'kitty web']],
    ['task WP01', ['kitty show WP01']],
    ['history WP01', ['kitty log WP01']],
    ['diff', ['kitty sync --check', 'kitty log']],
    ['rm WP01', ['kitty cancel WP01 --reason TEXT']],
    ['delete WP01', ['kitty cancel WP01 --reason TEXT']],
    ['mv WP01 doing', ['kitty move WP01 doing']],
    ['status WP01', ['kitty show WP01']],
    ['dashboard', ['kitty board', 'kitty web']],
    ['open WP01', ['kitty show WP01']],
    ['assign WP01 bob', ['kitty claim WP01 --actor bob']],
    ['comment WP01 text', ['kitty note WP01 text']],
    ['tag WP01 urgent', ['kitty agent tasks tag WP01 --add urgent']],
    ['priority WP01 1', ['kitty edit WP01 --priority 1']],
    ['agent install', ['kitty setup agents']],
    ['start', ['kitty next']],
    ['open', ['kitty web']],
  ])('%s is answered with the command', (line, expected) => {
    expect(steps(line)).toEqual(expected)
  })

  it.each([
    ['agent tasks status', 'status'],
    ['agent tasks list-tasks --lane doing', 'agent tasks list --lane doing'],
    ['agent tasks add-history WP01 --note text', 'note WP01 text'],
    ['agent feature create-feature login', 'agent feature setup-spec login'],
    ['agent workflow implement WP01', 'implement WP01'],
    ['help agent tasks list-tasks', 'help agent tasks list'],
  ])('%s, as upstream calls it, is %s', (line, expected) => {
    expect(ownNames(line.split(' ')).join(' ')).toBe(expected)
    expect(steps(line)).toBeUndefined()
  })

  it.each(['help move', 'move WP01 doing', 'agent tasks move-task WP01 --to doing', 'status'])(
    '%s is a command, and nothing is said',
    (line) => {
      expect(ownNames(line.split(' '))).toEqual(line.split(' '))
      expect(unknownCommand(line.split(' ').slice(line.startsWith('help') ? 1 : 0), config)).toBeUndefined()
    },
  )

  it('stays unknown where kitty has none, with the nearest commands', () => {
    expect(steps('frobnicate')).toEqual(['kitty --help'])
    expect(steps('statsu')?.[0]).toBe('kitty status')
    expect(steps('xyzzy')).toEqual(['kitty --help'])
  })

  it('is looked for below its topic, where it has one', () => {
    for (const line of ['agent taks', 'agent taks list'])
      expect(
        steps(line)
          ?.slice(0, -1)
          .every((step) => step.startsWith('kitty agent tasks ')),
      ).toBe(true)
    expect(steps('hub stauts')?.[0]).toBe('kitty hub status')
  })

  it.each([
    ['statsu', true],
    ['hub stauts', true],
    ['xyzzy', false],
    ['gates', false],
    ['agent taks', false],
    ['start WP01', false],
  ])('is offered on a terminal, to be run, only where one command is meant: %s, %s', (line, isOffered) => {
    expect(isMistyped(line.split(' '), config)).toBe(isOffered)
  })
})

describe('the page of kitty --help', () => {
  it('begins with where to start, and has every command that is not below a topic once', () => {
    const page = rootHelp(config)
    expect(page.indexOf('START HERE')).toBeLessThan(page.indexOf('FIND OUT'))
    for (const { id, hidden } of config.commands) {
      if (hidden || id === 'help' || id.startsWith('agent:') || id.startsWith('plugins:')) continue
      const lines = page.split('\n').filter((line) => line.startsWith(`  ${id.replaceAll(':', ' ')}  `))
      expect([id, lines.length]).toEqual([id, 1])
    }
    expect(page.length / 4).toBeLessThan(1_000)
  })
})

describe("a command's words without its topic", () => {
  it.each([
    ['events verify', ['kitty agent events verify']],
    ['verify', ['kitty agent events verify']],
    ['gates add WP01 tests', ['kitty agent gates add']],
    ['gate', ['kitty agent gates add', 'kitty agent gates list', 'kitty agent gates set']],
    ['workspaces', ['kitty agent workspaces list', 'kitty agent workspaces remove']],
    ['redact 01J', ['kitty agent events redact', 'kitty hub redact']],
    ['constructor', []],
    ['', []],
  ])('%s: %j', (line, commands) => {
    expect(steps(line)).toEqual([...commands, 'kitty --help'])
  })
})
