import { describe, expect, it } from 'vitest'
import { commandSource, PluginHome, WITH_DEFINITION } from '../support/plugin-home.js'
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

describe('two plugins with services', () => {
  it('leave every command the exit code that it has without them', () => {
    const home = new PluginHome()
    const bindings = (name: string): Record<string, string> => ({
      'plugin.js': `import { definePlugin } from 'kittify/plugin/define'
        export default definePlugin({ name: '${name}', bindings: () => import('./bindings.js') })`,
      'bindings.js': `import { ContainerModule } from 'kittify/plugin/services'
        export default new ContainerModule(({ bind }) => bind(Symbol.for('${name}')).toConstantValue('${name} is here'))`,
    })
    home.add('kitty-plugin-one', bindings('one'), WITH_DEFINITION)
    home.add(
      'kitty-plugin-two',
      {
        ...bindings('two'),
        'commands/two.js': commandSource(
          "const text = await this.service(Symbol.for('two')); this.show(() => [text])",
        ),
      },
      WITH_DEFINITION,
    )
    const repository = new TempRepository()
    repository.initKitty()
    expect(home.kitty(repository.root, 'two')).toEqual({ code: 0, stdout: 'two is here\n', stderr: '' })
    expect(home.kitty(repository.root, 'status', '--json')).toMatchObject({ code: 0, stderr: '' })
    expect(home.kitty(repository.root, 'no-such-word').code).toBe(2)
  })
})
