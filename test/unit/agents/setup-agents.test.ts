import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AGENTS, TARGETS } from '../../../src/core/agents/targets.js'
import { TOML, withBlock } from '../../../src/core/agents/text-block.js'
import { renderAgentChanges } from '../../../src/core/cli/render/setup-agents.js'
import { SetupAgents } from '../../../src/core/services/setup-agents.js'
import { errorOf } from '../../support/kitty-error.js'
import { preparedRepository } from '../../support/prepared-repository.js'
import { inProcess } from '../../support/session.js'
import type { TempRepository } from '../../support/temp-repository.js'

async function setup(): Promise<{ repository: TempRepository; service: SetupAgents }> {
  const repository = await preparedRepository({})
  const { service } = await inProcess({ cwd: repository.root })
  return { repository, service: await service(SetupAgents) }
}

const FILES = [...new Set(AGENTS.flatMap((name) => TARGETS[name].map(({ file }) => file)))]

describe('kitty setup agents', () => {
  it('writes every named agent, says the second time that all is there, and leaves nothing behind', async () => {
    const { repository, service } = await setup()
    service.apply(service.plan(AGENTS, false))
    for (const file of FILES) expect([file, existsSync(join(repository.root, file))]).toEqual([file, true])
    for (const file of FILES.filter((name) => name.endsWith('.json')))
      expect(() => JSON.parse(readFileSync(join(repository.root, file), 'utf8')) as unknown).not.toThrow()
    expect(service.plan(AGENTS, false).files.every(({ change }) => change === 'none')).toBe(true)
    service.apply(service.plan([], true))
    expect(repository.git('status', '--porcelain', '--untracked-files=all', '--ignored')).not.toMatch(
      /AGENTS|CLAUDE|GEMINI|\.claude|\.codex|\.cursor|\.gemini|\.github|\.vscode|\.agents|\.mcp/,
    )
  })

  it('gives files that people wrote back as they were', async () => {
    const { repository, service } = await setup()
    const mine = {
      'AGENTS.md': '# How we work\r\nUse tabs.\r\n',
      'CLAUDE.md': '@AGENTS.md',
      '.mcp.json': '\ufeff{\n  "mcpServers": {\n    "db": { "command": "db" }\n  }\n}\n',
      '.claude/settings.json': '{"permissions":{"allow":["Bash(npm test)"]}}',
      '.codex/config.toml': 'model = "x"\n\n[mcp_servers.db]\ncommand = "db"\n',
      '.vscode/mcp.json': '{\n  // ours\n  "servers": {},\n}\n',
      '.gemini/settings.json': '{}\n',
    }
    for (const [file, text] of Object.entries(mine)) repository.write(file, text)
    repository.commitAll('mine')
    service.apply(service.plan(AGENTS, false))
    for (const [file, text] of Object.entries(mine))
      expect(readFileSync(join(repository.root, file), 'utf8')).not.toBe(text)
    service.apply(service.plan([], true))
    expect(repository.git('status', '--porcelain')).toBe('')
  })

  it.each([
    ['adding to it', false],
    ['taking its block out again', true],
  ])('keeps what someone saves in a file between the plan and %s', async (_, isRemoval) => {
    const { repository, service } = await setup()
    if (isRemoval) service.apply(service.plan(['agents'], false))
    const plan = service.plan(['agents'], isRemoval)
    repository.write('AGENTS.md', '# Saved while they read the plan\n')
    expect(errorOf(() => service.apply(plan)).kind).toBe('LostRace')
    expect(readFileSync(join(repository.root, 'AGENTS.md'), 'utf8')).toBe(
      '# Saved while they read the plan\n',
    )
  })

  it('without names sets up AGENTS.md and renews the agents that are there', async () => {
    const { repository, service } = await setup()
    expect(service.plan([], false).agents).toEqual(['agents'])
    service.apply(service.plan(['gemini'], false))
    expect(service.plan([], false).agents).toEqual(['agents', 'gemini'])
    repository.write(
      'GEMINI.md',
      readFileSync(join(repository.root, 'GEMINI.md'), 'utf8').replace('kitty prime', 'x'),
    )
    expect(service.plan([], false).files.find(({ file }) => file === 'GEMINI.md')?.change).toBe('update')
  })

  it('leaves a file that another agent needs, and says so', async () => {
    const { repository, service } = await setup()
    service.apply(service.plan(['codex', 'cursor'], false))
    const plan = service.plan(['cursor'], true)
    const changes = new Map(plan.files.map(({ file, change }) => [file, change]))
    const skill = '.agents/skills/kitty/SKILL.md'
    expect([changes.get('.cursor/mcp.json'), changes.get(skill)]).toEqual(['delete', 'needed'])
    expect(renderAgentChanges(plan.files)).toContain(`${skill}: stays: another agent that is set up reads it`)
    service.apply(plan)
    expect(existsSync(join(repository.root, skill))).toBe(true)
    expect(renderAgentChanges(service.plan(['agents'], true).files)).toContain('AGENTS.md: stays')
  })

  it('keeps a skill and a server of the user that have its names', async () => {
    const { repository, service } = await setup()
    repository.write('.claude/skills/kitty/SKILL.md', 'mine\n')
    repository.write('.mcp.json', '{"mcpServers":{"kitty":{"command":"npx"}}}')
    const { files } = service.plan(['claude'], false)
    expect(files.filter(({ change }) => change === 'kept').map(({ file }) => file)).toEqual([
      '.claude/skills/kitty/SKILL.md',
      '.mcp.json',
    ])
  })

  it.each([
    '[mcp_servers.kitty]\ncommand = "npx"\n',
    'mcp_servers.kitty.command = "npx"\n',
    'mcp_servers = { kitty = { command = "npx" } }\n',
  ])('keeps the user’s own server in .codex/config.toml: %j', async (mine) => {
    const { repository, service } = await setup()
    const path = repository.write('.codex/config.toml', mine)
    const change = (): string | undefined =>
      service.plan(['codex'], false).files.find(({ file }) => file === '.codex/config.toml')?.change
    expect(change()).toBe('kept')
    service.apply(service.plan(['codex'], false))
    expect(readFileSync(path, 'utf8')).toBe(mine)
    // The second table that an earlier version added made the file invalid: it goes.
    writeFileSync(path, withBlock(mine, '[mcp_servers.kitty]', TOML))
    expect(change()).toBe('update')
    service.apply(service.plan(['codex'], false))
    expect(readFileSync(path, 'utf8')).toBe(mine)
  })

  it.each([
    ['claude', '.claude/settings.json', 'SessionStart', { command: 'kitty prime --hook claude' }, true],
    ['codex', '.codex/hooks.json', 'SessionStart', { command: 'kitty prime --hook codex' }, true],
    ['gemini', '.gemini/settings.json', 'SessionStart', { command: 'kitty prime --hook gemini' }, true],
    ['cursor', '.cursor/hooks.json', 'sessionStart', { command: 'kitty prime --hook cursor' }, false],
    ['copilot', '.github/hooks/kitty.json', 'sessionStart', { bash: 'kitty prime --hook copilot' }, false],
  ] as const)(
    'takes its hook out for %s, and keeps the user’s next to it',
    async (agent, file, key, ours, isNested) => {
      const { repository, service } = await setup()
      const users = [{ command: './my-own-setup.sh' }]
      const text = (hooks: readonly object[]): string =>
        JSON.stringify({ hooks: { [key]: isNested ? [{ hooks }] : hooks, sessionEnd: users } })
      const path = repository.write(file, text([ours, ...users]))
      service.apply(service.plan([agent], false))
      expect(readFileSync(path, 'utf8')).toContain(text([ours, ...users]).slice(1, -2))
      service.apply(service.plan([agent], true))
      expect(readFileSync(path, 'utf8')).toBe(text(users))
    },
  )

  it.each([
    ['.mcp.json', '{"mcpServers":', 'line 1 is no JSON'],
    ['.mcp.json', '{"mcpServers":"none"}', '"mcpServers" is string, not object'],
    ['CLAUDE.md', '<!-- kitty:begin -->\n', 'not once each'],
    ['CLAUDE.md', Buffer.from([0xff, 0xfe, 0x41, 0]), 'it is not UTF-8'],
  ])('refuses %s that holds %j, and writes no other file either', async (file, content, reason) => {
    const { repository, service } = await setup()
    writeFileSync(join(repository.root, file), content)
    const error = errorOf(() => service.plan(['claude'], false))
    expect(error.kind).toBe('BadConfig')
    expect(error.message).toContain(file)
    expect(error.message).toContain(reason)
    expect(existsSync(join(repository.root, '.claude'))).toBe(false)
  })

  it.each([
    ['claude', '.mcp.json', false],
    ['cursor', '.cursor/mcp.json', true],
    ['codex', '.codex/hooks.json', false],
  ] as const)('refuses brackets in brackets for %s in %s', async (agent, file, isRemoval) => {
    const { repository, service } = await setup()
    repository.write(file, `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)
    const { kind, message } = errorOf(() => service.plan([agent], isRemoval))
    expect(kind).toBe('BadConfig')
    expect(message).toContain(`${file} cannot be changed safely: it is more than 200 levels deep`)
  })

  it.skipIf(process.platform === 'win32')(
    'writes through no link, neither of a file nor of a folder',
    async () => {
      const { repository, service } = await setup()
      const outside = repository.write('outside.md', 'mine\n')
      symlinkSync(outside, join(repository.root, 'CLAUDE.md'))
      expect(errorOf(() => service.plan(['claude'], false)).kind).toBe('UnsafeSetup')
      rmSync(join(repository.root, 'CLAUDE.md'))
      symlinkSync(repository.root, join(repository.root, '.claude'))
      expect(errorOf(() => service.plan(['claude'], false)).kind).toBe('UnsafeSetup')
      expect(readFileSync(outside, 'utf8')).toBe('mine\n')
    },
  )

  it('teaches no agent to overrule a rule', () => {
    expect(JSON.stringify(TARGETS)).not.toMatch(/force/i)
  })
})
