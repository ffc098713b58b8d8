import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { kitty } from '../support/program.js'
import { Project } from '../support/project.js'
import { gitIn } from '../support/temp-repository.js'

/** With npm run test:large as many items as are promised to fit. */
const IS_FULL = process.env['KITTY_LARGE'] === 'full'
const ITEMS = IS_FULL ? 10_000 : 1_500
/** Peak of resident memory, in MB. */
const AT_MOST = IS_FULL ? 200 : 130

const PEAK = pathToFileURL(fileURLToPath(new URL('../../bench/peak.mjs', import.meta.url))).href

function issues(title: string): string {
  const status = ['open', 'in_progress', 'closed', 'blocked']
  const one = (n: number): string => {
    const day = `2025-${String(1 + (n % 12)).padStart(2, '0')}-${String(1 + (n % 28)).padStart(2, '0')}`
    return JSON.stringify({
      id: `bd-${n}`,
      title: `${title} ${n}`,
      description: `What item ${n} is about. `.repeat(12),
      status: status[n % 4],
      priority: n % 5,
      created_at: `${day}T10:00:00Z`,
      updated_at: `${day}T12:00:00Z`,
      labels: ['backend', `area-${n % 20}`],
      assignee: ['ada', 'bob', 'eve'][n % 3],
      comments: [{ id: n, author: 'ada', text: `A comment on ${n}.`, created_at: `${day}T11:00:00Z` }],
    })
  }
  return Array.from({ length: ITEMS }, (_, n) => one(n)).join('\n')
}

/** Imports in a process of its own. @returns its peak in MB */
async function peakOf(project: Project, title: string): Promise<number> {
  project.write('issues.jsonl', issues(title))
  const peak = join(project.root, '.git', 'peak')
  const env = { NODE_OPTIONS: `--import=${PEAK}`, KITTY_BENCH_PEAK: peak }
  const ran = await kitty({ cwd: project.root, env }, 'import', 'beads', 'issues.jsonl', '--source', 's')
  expect(ran).toMatchObject({ code: 0 })
  return Number(readFileSync(peak, 'utf8')) / 1024
}

describe(`an import of ${ITEMS} items`, () => {
  it.each(['uncommitted', 'committed'])(
    'fits into the memory that is promised, and so do, with a log %s, its repetition and an update of every title',
    async (state) => {
      const project = new Project()
      expect(await peakOf(project, 'Item'), 'the import').toBeLessThan(AT_MOST)
      if (state === 'committed') {
        gitIn(project.root, 'add', '-A')
        gitIn(project.root, 'commit', '-q', '-m', 'imported')
      }
      expect(await peakOf(project, 'Item'), 'the same again').toBeLessThan(AT_MOST)
      expect(await peakOf(project, 'Changed item'), 'the update').toBeLessThan(AT_MOST)
    },
  )
})
