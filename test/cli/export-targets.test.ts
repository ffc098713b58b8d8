import {
  appendFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { noteLine } from '../support/events.js'
import { project } from '../support/kitty.js'
import { documentOf, failureIn, kitty } from '../support/program.js'

describe('an export', () => {
  let root: string
  let events: string
  beforeEach(async () => {
    root = await project()
    events = (await kitty({ cwd: root }, 'export', 'jsonl')).stdout
  })

  it('goes to stdout for -, like any other tool', async () => {
    for (const format of ['jsonl', 'csv', 'markdown']) {
      const plain = await kitty({ cwd: root }, 'export', format)
      expect(plain.stdout.length, format).toBeGreaterThan(0)
      expect(await kitty({ cwd: root }, 'export', format, '--out', '-'), format).toEqual(plain)
    }
    expect(readdirSync(root)).not.toContain('-')
  })

  it('of the events to a file has the bytes of stdout, and leaves nothing next to it', async () => {
    const folder = join(root, 'out', 'deep')
    const answer = await kitty({ cwd: root }, 'export', 'jsonl', '--out', 'out/deep/events.jsonl', '--json')
    const path = join(folder, 'events.jsonl')
    expect(documentOf(answer)).toMatchObject({ format: 'jsonl', path, text: null })
    expect(readFileSync(path, 'utf8')).toBe(events)
    expect(readdirSync(folder)).toEqual(['events.jsonl'])
  })

  it('has the same bytes in a file and in a pipe: its line ends, and no invisible character', async () => {
    const title = 'a\u200b\u202eb\u001b]0;x\u0007 @team'
    appendLines(root, created('001-login', 'WP07', title))
    for (const format of ['jsonl', 'csv', 'beads', 'markdown', 'mermaid', 'github', 'html']) {
      const { stdout } = await kitty({ cwd: root }, 'export', format)
      await kitty({ cwd: root }, 'export', format, '--out', 'file')
      expect([format, readFileSync(join(root, 'file'), 'utf8')]).toEqual([format, stdout])
      expect([format, stdout]).toEqual([format, stdout.replaceAll(/[\u200b\u202e\u001b\u0007]/g, '')])
      if (format === 'csv') expect(stdout).toMatch(/^id,title[^\n]*\r\n[^]*\r\n$/)
      if (format === 'markdown') expect(stdout).toContain('@&#8203;team')
    }
    const lines = (await kitty({ cwd: root }, 'export', 'jsonl')).stdout.trim().split('\n')
    // Cast: an event is an object.
    const events = lines.map((line) => JSON.parse(line) as { payload: { title?: string } })
    expect(events.map(({ payload }) => payload.title)).toContain(title)
  })

  it('that cannot be written leaves the old file, and nothing next to it', async () => {
    const folder = join(root, 'taken')
    mkdirSync(join(folder, 'events.jsonl'), { recursive: true })
    writeFileSync(join(folder, 'events.jsonl', 'kept'), 'kept')
    const refused = await kitty({ cwd: root }, 'export', 'jsonl', '--out', 'taken/events.jsonl', '--json')
    expect(failureIn(refused).kind).toBe('UnsafeSetup')
    expect(lstatSync(join(folder, 'events.jsonl')).isDirectory()).toBe(true)
    expect(readdirSync(folder)).toEqual(['events.jsonl'])
  })

  it.each([
    '.git/config',
    '.git/kitty/journal.jsonl',
    '.kittify/config.json',
    '.kittify/events/2026-11-22.jsonl',
    'sub/../.kittify/new/events.jsonl',
    'link/config',
  ])('does not go into %s, where kitty and git keep theirs', async (out) => {
    symlinkSync('.git', join(root, 'link'))
    const before = readFileSync(join(root, '.git/config'), 'utf8')
    for (const format of ['jsonl', 'html', 'backlog']) {
      const refused = await kitty({ cwd: root }, 'export', format, '--out', out, '--json')
      expect([refused.code, failureIn(refused).message]).toEqual([
        2,
        expect.stringContaining('belongs to kitty or to git'),
      ])
    }
    expect(readFileSync(join(root, '.git/config'), 'utf8')).toBe(before)
    expect((await kitty({ cwd: root }, 'export', 'jsonl')).stdout).toBe(events)
  })

  it('that is a folder of files says so for -', async () => {
    const refused = await kitty({ cwd: root }, 'export', 'backlog', '--out', '-', '--json')
    expect(failureIn(refused)).toMatchObject({
      kind: 'UsageError',
      message: 'An export to backlog is a folder of files.',
    })
  })

  it('to a folder leaves out what has no name of a package, says so, and writes below the folder alone', async () => {
    appendLines(
      root,
      created('001-login', '../../../../out-of-it'),
      created('001-login', 'WP77/../../x'),
      created('../../up', 'WP01'),
    )
    for (const format of ['spec-kitty', 'backlog']) {
      const ran = await kitty({ cwd: root }, 'export', format, '--out', `deep/er/${format}`)
      expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining('3 packages left out') as string })
    }
    // Not in .git, whose names are made of any digits.
    const names = readdirSync(root, { recursive: true }).map(String)
    const ours = names.filter((name) => !name.startsWith('.git'))
    expect(ours.filter((name) => /out-of-it|77|(^|\/)x-/.test(name))).toEqual([])
    expect(readdirSync(join(root, 'deep'))).toEqual(['er'])
    expect(readdirSync(join(root, 'deep', 'er')).sort()).toEqual(['backlog', 'spec-kitty'])
  })

  it('of any format works while a feature has a name that is none', async () => {
    appendLines(root, created('../../../up', 'WP01'))
    for (const format of ['csv', 'beads', 'markdown', 'mermaid', 'github'])
      expect((await kitty({ cwd: root }, 'export', format)).code, format).toBe(0)
  })

  it('names the file that is where a folder should be, and refuses an empty name', async () => {
    writeFileSync(join(root, 'a-file'), '')
    for (const [format, out, says] of [
      ['backlog', 'a-file', 'a part of it is a file'],
      ['spec-kitty', 'a-file/deep', 'a part of it is a file'],
      ['csv', 'a-file/board.csv', 'a part of it is a file'],
      ['backlog', '', '--out names nothing'],
      ['csv', '', '--out names nothing'],
    ] as const) {
      const refused = await kitty({ cwd: root }, 'export', format, '--out', out, '--json')
      expect(failureIn(refused), `${format} ${out}`).toMatchObject({
        kind: 'UsageError',
        message: expect.stringContaining(says) as string,
      })
    }
  })
})

function appendLines(root: string, ...lines: readonly string[]): void {
  appendFileSync(join(root, '.kittify', 'events', '2026-11-22.jsonl'), lines.join(''))
}

let numbers = 0

/** What any branch may bring. */
function created(feature_slug: string, work_package_id: string, title = 'same'): string {
  numbers += 1
  return noteLine(numbers, {
    event_type: 'WPCreated',
    entity_id: work_package_id,
    payload: { feature_slug, work_package_id, title, dependencies: [], subtasks: [] },
  })
}
