import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { kitty } from '../support/program.js'
import { tempFolder } from '../support/temp-folder.js'
import { TempRepository } from '../support/temp-repository.js'

interface Answer {
  readonly checks: readonly { name: string; ok: boolean; message: string; fix: string | null }[]
  readonly ok: boolean
  readonly fixed: readonly string[]
}

describe('kitty doctor', () => {
  it('exits 5 and answers in JSON where there is no repository', async () => {
    const { code, stdout } = await kitty({ cwd: tempFolder() }, 'doctor', '--json')
    const answer = JSON.parse(stdout) as Answer
    expect([code, answer.ok]).toEqual([5, false])
    expect(answer.checks.at(-1)).toMatchObject({ name: 'repository', ok: false })
  })

  it('exits 3 for damaged data, 0 once it is put right, and says what it did', async () => {
    const { root } = new TempRepository()
    await kitty({ cwd: root }, 'init')
    const day = join(root, '.kittify/events/2026-01-01.jsonl')
    writeFileSync(day, '')
    appendFileSync(day, 'no event\n')
    const found = await kitty({ cwd: root }, 'doctor')
    expect(found.code).toBe(3)
    expect(found.stdout).toContain('failed damaged-lines')
    expect(found.stdout).toMatch(/-> kitty doctor --fix +# moves them to \.kittify\/errors/)
    const fixed = await kitty({ cwd: root }, 'doctor', '--fix', '--json')
    expect(fixed.code).toBe(0)
    const answer = JSON.parse(fixed.stdout) as Answer
    expect(answer).toMatchObject({ ok: true, fixed: ['damaged-lines'], warnings: [] })
    expect(answer.checks.find(({ name }) => name === 'damaged-lines')?.message).toMatch(
      /^put right \(moves them to .kittify\/errors/,
    )
    expect((await kitty({ cwd: root }, 'doctor')).stdout).toContain('All is well.')
  })
})
