import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { documentOf, failureIn, kitty } from '../support/program.js'
import { tempFolder } from '../support/temp-folder.js'
import { gitIn } from '../support/temp-repository.js'

const PAGE = readFileSync(new URL('../../docs/coming-from.md', import.meta.url), 'utf8')

/** Small files of each tool, at the places the page's commands name. */
const FILES: Readonly<Record<string, string>> = {
  'kitty-specs/001-merge/meta.json': JSON.stringify({ friendly_name: 'Merge', slug: '001-merge' }),
  'kitty-specs/001-merge/tasks/WP01-a.md': '---\nwork_package_id: WP01\ntitle: A\n---\n',
  'kitty-specs/001-merge/status.events.jsonl': `${JSON.stringify({ actor: 'claude', at: '2026-01-02T00:00:00Z', event_id: '01KJ5V38R0B8AZPCZGYHPXGHJ2', from_lane: 'planned', to_lane: 'claimed', wp_id: 'WP01', force: false })}\n`,
  '.beads/issues.jsonl': `${JSON.stringify({ id: 'sky-1', title: 'One', status: 'open', priority: 1, created_at: '2026-01-02T00:00:00Z', updated_at: '2026-01-02T00:00:00Z' })}\n`,
  'backlog/tasks/task-1 - x.md':
    "---\nid: TASK-1\ntitle: One\nstatus: To Do\ncreated_date: '2026-01-02'\n---\n",
  '.taskmaster/tasks/tasks.json': JSON.stringify({
    master: { tasks: [{ id: 1, title: 'One', status: 'done' }] },
  }),
  'issues.json': JSON.stringify([
    {
      number: 1,
      title: 'One',
      state: 'open',
      created_at: '2026-01-02T00:00:00Z',
      updated_at: '2026-01-02T00:00:00Z',
      html_url: 'https://github.com/a/b/issues/1',
      repository_url: 'https://api.github.com/repos/a/b',
    },
  ]),
  'tasks.json': JSON.stringify([
    { uuid: 'u-1', description: 'One', status: 'pending', entry: '20260102T000000Z' },
  ]),
  'tasks.csv': 'id,title,status\n1,One,Done\n',
  'TODO.md': '- [ ] One\n- [x] Two\n',
}

function repository(files: readonly string[]): string {
  const root = join(tempFolder(), 'shop')
  mkdirSync(root, { recursive: true })
  gitIn(root, 'init', '--quiet')
  for (const path of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), FILES[path]!)
  }
  return root
}

const blocks = [...PAGE.matchAll(/^## (.+)\n[\s\S]*?^```sh\n([\s\S]*?)^```/gm)].map(
  ([, title = '', code = '']) => ({
    title,
    commands: code.trim().split('\n'),
  }),
)

describe('the page about other tools', () => {
  it('has commands for each of them', () => {
    expect(blocks.map(({ title }) => title)).toEqual([
      'spec-kitty',
      'beads',
      'Backlog.md',
      'task-master',
      'GitHub issues',
      'taskwarrior, csv, Markdown',
      'Away again',
    ])
  })

  it.each(blocks)('runs as it says: $title', async ({ title, commands }) => {
    const wanted =
      title === 'Away again'
        ? ['.beads/issues.jsonl']
        : Object.keys(FILES).filter((path) => title === 'spec-kitty' || !path.startsWith('kitty-specs'))
    const cwd = repository(wanted)
    if (title === 'Away again')
      for (const command of ['init', 'import beads .'])
        expect((await kitty({ cwd }, ...command.split(' '))).code).toBe(0)
    for (const command of commands) {
      const { code, stderr } = await kitty({ cwd }, ...command.replace(/^kitty /, '').split(' '))
      expect([command, code, stderr]).toEqual([command, 0, expect.any(String)])
    }
  })
})

describe('kitty import and export as programs', () => {
  it('answer one document each, and name what is wrong with its place', async () => {
    const cwd = repository(['.beads/issues.jsonl'])
    await kitty({ cwd }, 'init')
    expect(documentOf(await kitty({ cwd }, 'import', 'beads', '.', '--json'))).toMatchObject({
      format: 'beads',
      events: 3,
      warnings: [],
    })
    writeFileSync(join(cwd, '.beads/issues.jsonl'), `${FILES['.beads/issues.jsonl']!}{"id"\n`)
    const damaged = await kitty({ cwd }, 'import', 'beads', '.', '--json')
    expect(damaged.code).toBe(1)
    expect(failureIn(damaged)).toMatchObject({
      kind: 'ValidationError',
      context: { problems: [{ file: '.beads/issues.jsonl', line: 2 }] },
    })
    const exported = await kitty({ cwd }, 'export', 'markdown')
    expect(exported.stdout).toBe('## sky\n\n0 of 1 done.\n\n### planned\n\n- [ ] WP01: One\n')
    expect((await kitty({ cwd }, 'export', 'jsonl')).stdout.trim().split('\n')).toHaveLength(3)
    const unknown = await kitty({ cwd }, 'export', 'trello', '--json')
    expect([unknown.code, failureIn(unknown).kind]).toEqual([2, 'UsageError'])
    expect((await kitty({ cwd }, 'export', 'backlog')).code).toBe(2)
  })
})
