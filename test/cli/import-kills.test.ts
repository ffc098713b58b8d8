import { readdirSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { documentOf, kitty, startKitty } from '../support/program.js'
import { tempFolder } from '../support/temp-folder.js'
import { gitIn } from '../support/temp-repository.js'

const ITEMS = 400

function writeSource(cwd: string, title: string): void {
  const lines = Array.from({ length: ITEMS }, (_, at) =>
    JSON.stringify({
      id: `sky-${at + 1}`,
      title: `${title} ${at + 1}`,
      description: 'Words of the source.',
      status: 'open',
      created_at: new Date(Date.UTC(2024, 0, 1 + (at % 40))).toISOString(),
      updated_at: '2026-01-02T00:00:00Z',
    }),
  )
  mkdirSync(join(cwd, '.beads'), { recursive: true })
  writeFileSync(join(cwd, '.beads/issues.jsonl'), `${lines.join('\n')}\n`)
}

const tasks = (cwd: string): string => join(cwd, 'kitty-specs/001-sky/tasks')

function files(cwd: string): Map<string, string> {
  try {
    const names = readdirSync(tasks(cwd)).filter((name) => name.endsWith('.md'))
    return new Map(names.map((name) => [name, readFileSync(join(tasks(cwd), name), 'utf8')]))
  } catch {
    return new Map()
  }
}

/** Of whole lines: a kill may cut the last one short, and the next command that writes moves it aside. */
function keys(cwd: string): string[] {
  const folder = join(cwd, '.kittify/events')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1))
    .map((line) => (JSON.parse(line) as { causation_id: string }).causation_id)
}

/** Starts an import and kills it, the first time right after the start and then later and later. */
async function killed(cwd: string, after: number): Promise<void> {
  const running = startKitty({ cwd }, 'import', 'beads', '.')
  const ended = new Promise((done) => running.on('close', done))
  await pause(after)
  running.kill('SIGKILL')
  await ended
}

/** No file is half of one, and no event is there twice, whenever the kill came. */
function expectWhole(cwd: string): void {
  for (const [name, text] of files(cwd))
    expect([name, text]).toEqual([name, expect.stringMatching(/^---\n[^]*\n---\n\nWords of the source\.\n$/)])
  const all = keys(cwd)
  expect(new Set(all).size).toBe(all.length)
}

describe('an import that is killed', () => {
  it('is complete when it runs again, with nothing twice and no file half-written', async () => {
    const cwd = tempFolder()
    gitIn(cwd, 'init', '--quiet')
    expect((await kitty({ cwd }, 'init')).code).toBe(0)
    for (const title of ['First', 'Second']) {
      writeSource(cwd, title)
      for (const after of [250, 400, 550, 700, 900]) {
        await killed(cwd, after)
        expectWhole(cwd)
      }
      expect((await kitty({ cwd }, 'import', 'beads', '.')).code).toBe(0)
      expectWhole(cwd)
      const all = [...files(cwd).values()]
      expect(all).toHaveLength(ITEMS)
      expect(all.filter((text) => !text.includes(`${title} `))).toEqual([])
    }
    // A creation and a tag for each item, one change of its title, and the feature.
    expect(keys(cwd)).toHaveLength(3 * ITEMS + 1)
    expect(readdirSync(tasks(cwd)).filter((name) => name.endsWith('.tmp'))).toEqual([])
    expect((await kitty({ cwd }, 'agent', 'events', 'verify')).code).toBe(0)
    expect(documentOf(await kitty({ cwd }, 'import', 'beads', '.', '--json'))).toMatchObject({
      events: 0,
      files: 0,
    })
  })

  it('leaves no temporary file once it has run again', async () => {
    const cwd = tempFolder()
    gitIn(cwd, 'init', '--quiet')
    expect((await kitty({ cwd }, 'init')).code).toBe(0)
    writeSource(cwd, 'First')
    mkdirSync(tasks(cwd), { recursive: true })
    // No process has this number.
    const left = ['.spec.md.999999999-1.tmp', '.meta.json.999999999-2.tmp', 'tasks/.WP1.md.999999999-3.tmp']
    const feature = join(cwd, 'kitty-specs/001-sky')
    for (const name of left) writeFileSync(join(feature, name), 'half')
    expect((await kitty({ cwd }, 'import', 'beads', '.', '--feature', '001-sky')).code).toBe(0)
    const names = readdirSync(feature, { recursive: true, encoding: 'utf8' })
    expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([])
  })
})
