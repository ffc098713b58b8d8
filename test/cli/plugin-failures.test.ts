import { describe, expect, it } from 'vitest'
import { commandSource, PluginHome } from '../support/plugin-home.js'
import { TempRepository } from '../support/temp-repository.js'

describe("a failure of a plugin's command", () => {
  it("is the plugin's, and with KITTY_DEBUG says where", () => {
    const home = new PluginHome()
    home.add('kitty-plugin-fails', {
      'commands/fails.js': commandSource('throw new TypeError("no such thing")'),
    })
    const repository = new TempRepository()
    repository.initKitty()
    const { code, stdout } = home.kitty(repository.root, 'fails', '--json')
    expect(code).toBe(3)
    expect(JSON.parse(stdout)).toMatchObject({
      error: {
        kind: 'InternalError',
        message: 'The plugin kitty-plugin-fails failed in a way that kitty does not know: no such thing',
        context: { plugin: 'kitty-plugin-fails' },
      },
    })
    const debugged = home.kittyWith({ KITTY_DEBUG: '1' }, repository.root, 'fails')
    expect(debugged.stderr).toContain('report it to its author')
    expect(debugged.stderr).toContain('commands/fails.js')
  })

  it('stays what it is where the plugin refuses, or the disk does', () => {
    const home = new PluginHome()
    home.add('kitty-plugin-refuses', {
      'commands/refuses.js': commandSource('throw new KittyError("GateFailure", "not today")'),
      'commands/full.js': commandSource(
        'throw Object.assign(new Error("ENOSPC: full, write"), { code: "ENOSPC", syscall: "write" })',
      ),
    })
    const repository = new TempRepository()
    repository.initKitty()
    expect(home.kitty(repository.root, 'refuses')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Error: not today') as string,
    })
    expect(home.kitty(repository.root, 'full').stderr).toContain('disk full')
  })
})
