import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { preparedRepository } from '../support/prepared-repository.js'
import { kitty } from '../support/program.js'
import { gitIn } from '../support/temp-repository.js'
import { tempFolder } from '../support/temp-folder.js'

const tokens = (text: string): number => text.length / 4

/** A package that two clones moved concurrently: bob's claim and carol's cancellation. */
async function withConflict(root: string): Promise<void> {
  const clone = tempFolder()
  gitIn(clone, 'clone', '--quiet', root, '.')
  await kitty({ cwd: clone, env: { KITTY_ACTOR: 'bob' } }, 'move', 'WP02', 'doing')
  await kitty({ cwd: root, env: { KITTY_ACTOR: 'carol' } }, 'cancel', 'WP02', '--reason', 'not needed')
  // Each clone has files of its own, so a merge of the logs is no more than this.
  cpSync(join(clone, '.kittify', 'events'), join(root, '.kittify', 'events'), {
    recursive: true,
    filter: (path) => !path.includes('index.db'),
  })
}

it('takes an agent that knows only kitty prime 6 commands and 900 tokens from nothing to a settled conflict', async () => {
  const repository = await preparedRepository({})
  const { root } = repository
  repository.write('.kittify/config.json', '{"log":{"files":"per-writer"}}\n')
  for (const id of ['WP01', 'WP02'])
    repository.write(
      `kitty-specs/001-login/tasks/${id}-part.md`,
      `---\nwork_package_id: "${id}"\ntitle: "Log in with a password"\nlane: "planned"\ndependencies: []\nsubtasks: ["T001"]\n---\n\n# ${id}\n\n- [ ] T001 Compare the password\n`,
    )
  repository.write('kitty-specs/001-login/meta.json', '{"title":"Login"}\n')
  await kitty({ cwd: root }, 'sync')
  repository.commitAll('plan')
  await withConflict(root)

  const env = { KITTY_ACTOR: 'claude', KITTY_SESSION: 'session-1' }
  const prime = (await kitty({ cwd: root, env }, 'prime')).stdout
  const commands = [...prime.matchAll(/^ {2}(kitty .+?) # /gm)].map(([, command = '']) => command)
  expect(commands).toHaveLength(6)
  expect(prime).toContain('Open conflicts: 1')

  const spoken = [prime]
  const type = async (at: number, names: Readonly<Record<string, string>> = {}): Promise<string> => {
    const words = (commands[at] ?? '').split(' ').slice(1)
    const { code, stdout, stderr } = await kitty(
      { cwd: root, env },
      ...words.map((word) => names[word] ?? word),
    )
    expect([commands[at], code]).toEqual([commands[at], 0])
    spoken.push(commands[at] ?? '', stdout, stderr)
    return stdout
  }
  const claimed = await type(0)
  const [WP = ''] = /WP\d+/.exec(claimed) ?? []
  expect(WP).toBe('WP01')
  // What to tick is in what it has read.
  expect(claimed).toMatch(/T001\b.*Compare the password/)
  expect(await type(1, { WP })).toContain('.worktrees/001-login-WP01')
  await type(2, { WP })
  expect(await type(3, { WP })).toContain('for_review')
  const seen = await type(4)
  expect(seen).toContain('WP02')
  const [ACTOR = ''] = /\bbob\b/.exec(seen) ?? []
  await type(5, { WP: 'WP02', ACTOR })

  expect((await kitty({ cwd: root, env }, 'conflicts', '--json')).stdout).toContain('"conflicts":[]')
  expect(tokens(spoken.join('\n'))).toBeLessThanOrEqual(900)
})
