import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { inParallel } from '../support/in-parallel.js'
import { preparedRepository } from '../support/prepared-repository.js'
import { kitty } from '../support/program.js'
import { sharedFolder } from '../support/temp-folder.js'

interface ManifestCommand {
  readonly id: string
  readonly summary?: string
  readonly examples?: readonly string[]
  readonly flags: Readonly<
    Record<
      string,
      {
        readonly name: string
        readonly hidden?: boolean
        readonly summary?: string
        readonly description?: string
      }
    >
  >
}

const MANIFEST = fileURLToPath(new URL('../../oclif.manifest.json', import.meta.url))
const COMMANDS: readonly ManifestCommand[] = existsSync(MANIFEST)
  ? Object.values(
      (JSON.parse(readFileSync(MANIFEST, 'utf8')) as { commands: Record<string, ManifestCommand> }).commands,
    )
  : []
/** What the parser says of a line that is not one of the command's. Whether there is such a package is not its matter. */
const WRONG_USAGE =
  /There is no command|takes no argument|has no flag|does not take this argument|kitty [a-z -]+ needs [-A-Z]|needs its value|takes a whole number|is not one of|Expected |There is no lane/

const TOPICS = ['', 'agent', 'agent feature', 'agent tasks', 'agent gates', 'agent errors', 'agent events']

/** Runs for as long as someone watches, fetches from the network, or is another program's. */
const NOT_RUN = /--watch|--follow|^kitty watch|^kitty web|plugins |merge-driver|^(git|cd) /

function spoken({ id }: ManifestCommand): string {
  return id.replaceAll(':', ' ')
}

function examplesOf(command: ManifestCommand): string[] {
  return (command.examples ?? []).map((example) =>
    example.replaceAll('<%= config.bin %>', 'kitty').replaceAll('<%= command.id %>', spoken(command)),
  )
}

/** Words of a command line with the two kinds of quotes; a pipe ends it. */
function words(line: string): string[] {
  const [command = ''] = line.split(' | ')
  return (command.match(/(?:"[^"]*"|'[^']*'|\S)+/g) ?? []).map((word) => word.replaceAll(/["']/g, ''))
}

describe('--help', () => {
  it('is there for every command: what it does, how it is called, its flags, and examples', async () => {
    const pages = await inParallel(COMMANDS, async (command) => ({
      command,
      page: await kitty({ cwd: '/' }, ...spoken(command).split(' '), '--help'),
    }))
    for (const { command, page } of pages) {
      expect([command.id, page.code, page.stderr]).toEqual([command.id, 0, ''])
      expect(page.stdout, command.id).toContain(command.summary)
      expect(page.stdout, command.id).toContain(`$ kitty ${spoken(command)}`)
      for (const { name, hidden } of Object.values(command.flags))
        if (hidden !== true) expect(page.stdout, command.id).toContain(`--${name}`)
      expect(examplesOf(command).length, command.id).toBeGreaterThanOrEqual(1)
    }
  })

  it('every flag says what it is for', () => {
    for (const command of COMMANDS)
      for (const { name, summary, description } of Object.values(command.flags))
        expect([command.id, name, summary ?? description]).not.toContain(undefined)
  })

  it('is there for every topic and for the program itself', async () => {
    const pages = await inParallel(TOPICS, (topic) =>
      kitty({ cwd: '/' }, ...topic.split(' ').filter(Boolean)),
    )
    for (const [at, page] of pages.entries()) {
      expect([TOPICS[at], page.code, page.stderr]).toEqual([TOPICS[at], 0, ''])
      expect(page.stdout).toContain(`kitty ${TOPICS[at] ?? ''}`.trim())
      expect(page.stdout).toMatch(/COMMANDS|TOPICS/)
    }
  })
})

describe('the examples in the help', () => {
  let root: string
  beforeAll(async () => {
    const login = [
      { id: 'WP01', subtasks: ['T001', 'T002', 'T003'] },
      { id: 'WP02', dependencies: ['WP01'] },
      { id: 'WP03', dependencies: ['WP01'] },
    ]
    // Some examples write next to the repository.
    const folder = join(sharedFolder(), 'shop')
    mkdirSync(folder)
    root = (await preparedRepository({ '017-login': login }, folder)).root
    await kitty({ cwd: root }, 'agent', 'gates', 'add', 'WP01', '--type', 'CI_CHECK', '--feature', '017')
  })

  it('can be typed as they stand: none is refused as wrong usage', async () => {
    const lines = COMMANDS.flatMap(examplesOf).filter(
      (line) => line.startsWith('kitty ') && !NOT_RUN.test(line),
    )
    expect(lines.length).toBeGreaterThan(15)
    const outcomes = await inParallel(lines, async (line) => ({
      line,
      outcome: await kitty({ cwd: root }, ...words(line).slice(1)),
    }))
    for (const { line, outcome } of outcomes) {
      expect([line, outcome.code], outcome.stderr).not.toEqual([line, null])
      expect([line, WRONG_USAGE.exec(outcome.stdout + outcome.stderr)?.[0]]).toEqual([line, undefined])
    }
  })
})
