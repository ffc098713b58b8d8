import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const WORKFLOWS = readdirSync(join(ROOT, '.github/workflows'))
const DECISIONS = readdirSync(join(ROOT, 'docs/decisions'))

describe('the habits of the house', () => {
  it.each(WORKFLOWS)('pin each action of %s to a commit, and say which version that is', (file) => {
    const uses = read(`.github/workflows/${file}`).match(/uses: .*/g) ?? []
    expect(uses.length).toBeGreaterThan(0)
    for (const line of uses) expect(line).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  it.each(WORKFLOWS)(
    'let %s read the repository and nothing else, unless a job says what it needs',
    (file) => {
      expect(read(`.github/workflows/${file}`)).toMatch(/^permissions:\n {2}contents: read\n(?! )/m)
    },
  )

  it.each(DECISIONS)('write the decision %s down with its context and its consequences', (file) => {
    expect(file).toMatch(/^\d{4}-[a-z0-9-]+\.md$/)
    const text = read(`docs/decisions/${file}`)
    expect(text).toMatch(new RegExp(`^# ${Number(file.slice(0, 4))}\\. `))
    for (const part of ['Context', 'Decision', 'Consequences']) expect(text).toContain(`\n**${part}.** `)
  })

  it('number the decisions without a gap', () => {
    expect(DECISIONS.map((file) => Number(file.slice(0, 4))).sort()).toEqual(DECISIONS.map((_, at) => at + 1))
  })

  it('keep a list of unreleased changes for the next version', () => {
    expect(read('CHANGELOG.md')).toMatch(/^## \[?Unreleased\]?$/m)
  })

  it('leave no mark of an unsettled merge in a file', () => {
    const { status, stdout } = spawnSync('git', ['grep', '-nE', '^(<{7}|>{7}|[|]{7}) '], {
      cwd: ROOT,
      encoding: 'utf8',
    })
    expect(stdout).toBe('')
    // 0 if it found some, 128 if it could not look.
    expect(status).toBe(1)
  })

  it('say in package.json where the source, the page and the place for faults are', () => {
    const pjson = JSON.parse(read('package.json')) as Record<string, unknown>
    for (const field of ['repository', 'homepage', 'bugs', 'keywords', 'license', 'description'])
      expect(pjson, field).toHaveProperty(field)
  })
})
