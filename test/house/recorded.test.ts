import 'reflect-metadata'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { type CommandAnswer, CommandRunner, type ManifestCommand } from '../support/in-process-command.js'
import { logLines } from '../support/log-files.js'
import { schemaErrors } from '../support/log-schema.js'
import { sharedFolder } from '../support/temp-folder.js'
import { gitIn } from '../support/temp-repository.js'
import { NOT_RECORDED, RUNS, type World } from './recorded-runs.js'

/**
 * What every command prints with --json on one repository, byte for byte: no document changes unseen. To accept a
 * change, or to record a new command: KITTY_UPDATE_RECORDED=1 npx vitest run test/house/recorded.test.ts
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const RECORDED = fileURLToPath(new URL('../recorded', import.meta.url))
const { commands } = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as {
  commands: Readonly<Record<string, ManifestCommand>>
}
const START = Date.parse('2026-03-02T09:00:00.000Z')
const MINUTE = 60_000

interface Recorded {
  readonly argv: string
  readonly exit: number
  readonly document: unknown
}

const found = new Map<string, Recorded[]>()
const raw: string[] = []
let written: readonly string[] = []

describe('the recorded documents', () => {
  beforeAll(async () => {
    const root = repository()
    const runner = await CommandRunner.create(ROOT, commands)
    const world: World = {
      root,
      write: (path, text) => write(join(root, path), text),
      git: (...args) => gitIn(root, ...args),
    }
    for (const [at, run] of RUNS.entries()) {
      run.before?.(world)
      const now = new Date(START + at * MINUTE)
      const env = { KITTY_ACTOR: run.actor ?? 'ada', KITTY_SESSION: 'recorded' }
      const argv = [...run.argv, '--json']
      const answer = await runner.run(argv, { cwd: root, env, now })
      const { id } = runner.commandOf(argv)
      raw.push(answer.stdout)
      found.set(id, [...(found.get(id) ?? []), recordOf(run.argv, answer, root)])
    }
    written = logLines(root)
    if (process.env['KITTY_UPDATE_RECORDED'] === '1') accept()
  }, 5 * MINUTE)

  it.each(Object.keys(commands).filter((id) => !Object.hasOwn(NOT_RECORDED, id)))(
    'of %s are what it prints now',
    (id) => {
      expect(found.get(id), `add a run of ${id} to test/house/recorded-runs.ts`).toBeDefined()
      expect(`${JSON.stringify(found.get(id), null, 2)}\n`).toBe(readFileSync(fileOf(id), 'utf8'))
    },
  )

  it('are one line of JSON each, and nothing else is on stdout', () => {
    for (const text of raw) expect(text).toBe(`${JSON.stringify(JSON.parse(text))}\n`)
  })

  it('leave a log of which every line is valid by the schema that ships', () => {
    for (const line of written) expect(schemaErrors(line), line).toEqual([])
  })

  it('are those of commands that there are', () => {
    expect(readdirSync(RECORDED).sort()).toEqual(
      [...found.keys()].map((id) => fileOf(id).slice(RECORDED.length + 1)).sort(),
    )
    for (const id of Object.keys(NOT_RECORDED)) expect(Object.keys(commands)).toContain(id)
  })
})

function repository(): string {
  const root = join(sharedFolder(), 'shop')
  mkdirSync(root)
  gitIn(root, 'init', '--quiet', '--initial-branch=main')
  gitIn(root, 'config', 'user.name', 'Ada')
  gitIn(root, 'config', 'user.email', 'ada@example.org')
  gitIn(root, 'config', 'commit.gpgsign', 'false')
  return root
}

function recordOf(argv: readonly string[], { code, stdout }: CommandAnswer, root: string): Recorded {
  const text = portable(stdout, root)
  return { argv: argv.join(' '), exit: code, document: JSON.parse(text) as unknown }
}

/** Replaces what depends on the machine: folders, versions and the hashes of commits. */
function portable(text: string, root: string): string {
  return text
    .replaceAll(root, '<root>')
    .replaceAll(`${process.platform}-${process.arch}`, '<platform>')
    .replaceAll(process.version, '<node>')
    .replaceAll(process.versions.node, '<node>')
    .replaceAll(/\b[0-9a-f]{40}\b/g, '<commit>')
    .replaceAll(/\b[0-9a-f]{7}\b/g, '<commit>')
}

function fileOf(id: string): string {
  return join(RECORDED, `${id.replaceAll(':', '-')}.json`)
}

function accept(): void {
  rmSync(RECORDED, { recursive: true, force: true })
  for (const [id, runs] of found) write(fileOf(id), `${JSON.stringify(runs, null, 2)}\n`)
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
