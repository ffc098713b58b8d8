import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const BUDGET = join(ROOT, 'test/house/english-budget.json')
const ACCEPT = 'KITTY_UPDATE_BUDGET=1 npx vitest run test/house/english.test.ts'

/** Words of another syntax, each with the plainer form that a native engineer would write. CONTRIBUTING.md, "English". */
const PLAINER: Readonly<Record<string, string>> = {
  anew: 'again',
  'at once': 'concurrently, immediately, together',
  beside: 'next to',
  hardly: 'rarely, almost no',
  'in the place of': 'instead of',
  meanwhile: 'nothing, or while',
  nobody: 'no one',
  outright: 'explicitly',
  somebody: 'someone',
  whatsoever: 'at all',
  whichever: 'either, any',
  whoever: 'the caller, the next command, a process',
}

const FOREIGN = new RegExp(`\\b(?:${Object.keys(PLAINER).join('|')})\\b`, 'gi')

/** How many of these words each room's comments, messages, help and pages have. */
function count(): Record<string, number> {
  const files = execFileSync('git', ['ls-files', '*.ts', '*.tsx', '*.mjs', '*.md'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
    .split('\n')
    .filter(
      (file) => file !== '' && file !== 'test/house/english.test.ts' && !file.startsWith('bench/REPORT'),
    )
  const found: Record<string, number> = {}
  for (const file of files) {
    const words = readFileSync(join(ROOT, file), 'utf8').match(FOREIGN)?.length ?? 0
    const room = file
      .split('/')
      .slice(0, file.startsWith('src/core/') ? 3 : 2)
      .join('/')
    if (words > 0) found[room] = (found[room] ?? 0) + words
  }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)))
}

describe('plain English', () => {
  it('has no more foreign words in any room than its budget, which only falls', () => {
    const found = count()
    const budget = JSON.parse(readFileSync(BUDGET, 'utf8')) as Record<string, number>
    const over = Object.keys(found).filter((room) => (found[room] ?? 0) > (budget[room] ?? 0))
    const plainer = Object.entries(PLAINER).map(([word, better]) => `${word} → ${better}`)
    expect(over, `write these plainer: ${plainer.join('; ')}`).toEqual([])
    if (process.env['KITTY_UPDATE_BUDGET'] === '1')
      writeFileSync(BUDGET, `${JSON.stringify(found, null, 2)}\n`)
    else expect(budget, `fewer than before: lower the budget with ${ACCEPT}`).toEqual(found)
  })
})
