import { describe, expect, it } from 'vitest'
import { preparedRepository } from '../support/prepared-repository.js'
import { failureIn, kitty } from '../support/program.js'
import type { SpecPackage } from '../support/specs.js'

const PACKAGES: readonly SpecPackage[] = [
  { id: 'WP01', subtasks: ['T001'] },
  { id: 'WP02', dependencies: ['WP01'] },
  { id: 'WP03' },
  { id: 'WP04' },
]

/** Two features whose packages have the same IDs: only a name with the feature says which one is meant. */
async function twoFeatures(): Promise<(...words: string[]) => ReturnType<typeof kitty>> {
  const { root } = await preparedRepository({ '001-login': PACKAGES, '002-pay': PACKAGES })
  return async (...words) => kitty({ cwd: root }, ...words)
}

const PREPARED = [
  ['claim', '002/WP01'],
  ['agent', 'gates', 'add', '002/WP03', '--type', 'CI_CHECK'],
  ['claim', '002/WP03'],
  ['review', '002/WP03'],
  ['claim', '002/WP04', '--session', 's1'],
]

const REFUSED = [
  ['claim', '002/WP02'],
  ['claim', '002/WP01', '--actor', 'bob'],
  ['claim', '002/WP03'],
  ['claim', '002/WP04', '--session', 's2'],
  ['review', '002/WP01'],
  ['done', '002/WP01'],
  ['done', '002/WP03'],
  ['move', '002/WP01', 'planned', '--expect', 'planned'],
  ['release', '002/WP02', '--reason', 'why'],
  ['accept', '002'],
  ['agent', 'workspaces', 'remove', '002/WP01'],
]

describe('a next step', () => {
  it('names the feature, so that the command works where several have the package', async () => {
    const run = await twoFeatures()
    for (const words of PREPARED) expect([words, (await run(...words)).code]).toEqual([words, 0])
    for (const words of REFUSED) {
      // Refused twice: the second refusal also names the command that lists the earlier ones.
      await run(...words)
      const { next_steps } = failureIn(await run(...words, '--json'))
      const commands = next_steps.flatMap(({ argv }) => (argv === null ? [] : [argv.slice(1)]))
      expect([words, commands.length]).not.toEqual([words, 0])
      for (const command of commands) {
        const { code, stderr } = await run(...command)
        expect([words, command, code === 2, stderr]).toEqual([words, command, false, stderr])
      }
    }
  })

  it('has a blank for what its move asks for, and runs as it is where the move asks for nothing', async () => {
    const run = await twoFeatures()
    await run('claim', '002/WP04')
    const { next_steps } = failureIn(await run('move', '002/WP04', 'doing', '--json'))
    const blanks = next_steps.filter(({ argv }) => argv === null).map(({ text }) => text)
    expect(blanks).toContain('kitty move 002/WP04 canceled --reason TEXT')
    const commands = next_steps.flatMap(({ argv }) => (argv === null ? [] : [argv.slice(1)]))
    expect(commands).toContainEqual(['move', '002/WP04', 'for_review'])
    for (const command of commands) {
      expect([command, (await run(...command)).code]).toEqual([command, 0])
      await run('move', '002/WP04', 'doing', '--force', '--reason', 'again')
    }
    for (const text of blanks) {
      const { code, stderr } = await run(...text.split(' ').slice(1))
      expect([text, code, stderr]).toEqual([text, 0, expect.any(String)])
    }
  })

  it('keeps the session that was refused', async () => {
    const run = await twoFeatures()
    await run('claim', '002/WP01', '--session', 's1')
    const { next_steps } = failureIn(await run('claim', '002/WP01', '--session', 's2', '--json'))
    expect(next_steps[0]?.argv).toEqual(['kitty', 'claim', '002/WP01', '--resume', '--session', 's2'])
  })

  it('names the feature of a gate', async () => {
    const run = await twoFeatures()
    const added = await run('agent', 'gates', 'add', '002/WP01', '--type', 'CI_CHECK')
    expect(added.stdout).toContain(
      'Next: kitty agent gates set WP01-CI_CHECK --status passed --feature 002-pay',
    )
    await run('claim', '002/WP01')
    await run('tick', '002/WP01', 'T001')
    await run('review', '002/WP01')
    const shown = await run('show', '002/WP01')
    expect(shown.stdout).toContain('kitty agent gates set WP01-CI_CHECK --status passed --feature 002-pay')
  })

  it('where a forge merges fetches, finishes, and then removes what is left', async () => {
    const repository = await preparedRepository({ '001-login': [{ id: 'WP01' }] })
    const run = async (...words: string[]) => kitty({ cwd: repository.root }, ...words)
    repository.write('.kittify/config.json', JSON.stringify({ merge: { by: 'forge' } }))
    await run('claim', 'WP01', '--worktree')
    const branch = '001-login-WP01'
    const worktree = `.worktrees/${branch}`
    repository.write(`${worktree}/work.txt`, 'done')
    repository.git('-C', worktree, 'add', 'work.txt')
    repository.git('-C', worktree, 'commit', '--quiet', '-m', 'work')
    await run('review', 'WP01')
    expect(failureIn(await run('done', 'WP01', '--json')).next_steps[0]?.argv).toEqual(['git', 'fetch'])
    repository.git('merge', '--quiet', '--no-edit', branch)
    await run('done', 'WP01')
    const { next_steps } = failureIn(await run('merge', 'WP01', '--json'))
    expect(next_steps.map(({ text }) => text)).toEqual(['kitty agent workspaces remove 001-login/WP01'])
    expect((await run(...(next_steps[0]?.argv?.slice(1) ?? []))).code).toBe(0)
    const after = failureIn(await run('merge', 'WP01', '--json'))
    expect(after.next_steps.map(({ text }) => text)).toEqual(['kitty show 001-login/WP01'])
  })
})
