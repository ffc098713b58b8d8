import { describe, expect, it } from 'vitest'
import { hasTable, UnusableToml } from '../../../src/core/agents/toml-keys.js'

describe('a table in a TOML file', () => {
  const hasKitty = hasTable(['mcp_servers', 'kitty'])

  it.each([
    '[mcp_servers.kitty]\ncommand = "npx"\n',
    '[ mcp_servers . "kitty" ] # mine\n',
    '[\'mcp_servers\'."k\\u0069tty"]\r\n',
    'mcp_servers.kitty.command = "npx"',
    '[mcp_servers]\nkitty.command = "npx"\n',
    '[mcp_servers]\nkitty = { command = "npx", args = ["a", "b",] }\n',
    'mcp_servers = { db = { env = {}, args = [[1], {a = 2}] }, kitty = { command = "npx" } }',
    'a = """\n[x"]\n\\""""\nb = \'\'\'\n\'\'\'\nd = 1979-05-27 07:32:00Z\n[mcp_servers.kitty]\n',
    '[[mcp_servers.kitty]]\n',
  ])('is there already in %j', (text) => {
    expect(hasKitty(text)).toBe(true)
  })

  it.each([
    '',
    '# [mcp_servers.kitty]\n',
    'a = """\n[mcp_servers.kitty]\n"""\n',
    "a = '[mcp_servers.kitty]' # kitty\n",
    '[mcp_servers.db]\nkitty = { command = "x" }\n',
    '[other.mcp_servers.kitty]\n',
    'mcp_servers.db.command = "x"\n',
    'list = [\n  1, # one\n  { mcp_servers = 2 },\n]\n',
    '[mcp_servers.kitty.env]\nA = "b"\n',
  ])('is not there, and has room, in %j', (text) => {
    expect(hasKitty(text)).toBe(false)
  })

  it.each([
    ['mcp_servers = {}\n', /"mcp_servers" is a value/],
    ['mcp_servers = { db = { command = "x" } }\n', /"mcp_servers" is a value/],
    ['a = 1\nb\n', /line 2 is no TOML/],
    ['a = [1 2]\n', /line 1 is no TOML/],
    ['a = "x\n', /line 1 is no TOML/],
    ['[a\n', /line 1 is no TOML/],
  ])('is not added to what cannot take it: %j', (text, message) => {
    expect(() => hasKitty(text)).toThrow(UnusableToml)
    expect(() => hasKitty(text)).toThrow(message)
  })
  it('is looked for past values that nest as deep as anyone likes', () => {
    const [open, close] = ['['.repeat(100_000), ']'.repeat(100_000)]
    expect(hasKitty(`a = ${open}${close}\n[mcp_servers.kitty]\n`)).toBe(true)
    expect(() => hasKitty(`a = ${open}\n`)).toThrow(UnusableToml)
  })
})
