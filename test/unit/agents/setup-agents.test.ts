import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AGENTS, TARGETS } from '../../../src/core/agents/targets.js'
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

  it('leaves a file that another agent needs', async () => {
    const { service } = await setup()
    service.apply(service.plan(['codex', 'cursor'], false))
    const removed = service.plan(['cursor'], true).files.map(({ file }) => file)
    expect(removed).toContain('.cursor/mcp.json')
    expect(removed).not.toContain('.agents/skills/kitty/SKILL.md')
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
