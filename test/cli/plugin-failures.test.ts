import { describe, expect, it } from 'vitest'
import { noteLine } from '../support/events.js'
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

describe("a plugin's code that calls process.exit(0)", () => {
  const ending = (definition: string, files: Readonly<Record<string, string>> = {}) => {
    const home = new PluginHome()
    const plugin = `import { definePlugin, defineEventType, schema } from 'kittify/plugin/define'
      const end = () => process.exit(0)
      export default definePlugin({ name: 'ends', ${definition} })`
    home.add('kitty-plugin-ends', { 'plugin.js': plugin, ...files }, WITH_DEFINITION)
    const repository = new TempRepository()
    repository.initKitty()
    return { home, repository }
  }

  it('refuses the move when a rule does so', () => {
    const { home, repository } = ending(`moveChecks: [{ name: 'ends.rule', phase: 'validator', check: end }]`)
    repository.write('kitty-specs/001-login/tasks/WP01.md', '---\nwork_package_id: WP01\ntitle: One\n---\n')
    home.kitty(repository.root, 'sync')
    const { code, stdout } = home.kitty(repository.root, 'claim', 'WP01', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      error: {
        message: expect.stringContaining('ends.rule of a plugin failed: it calls process.exit(0)') as string,
      },
    })
  })

  it('fails the command when a format does so', () => {
    const { home, repository } = ending(
      `importers: [{ format: 'in', summary: '', places: [], accepts: () => true, read: end }],
       exporters: [{ format: 'out', summary: '', isFolder: false, write: end }]`,
    )
    repository.write('a.txt', 'a')
    for (const words of [
      ['import', 'in', 'a.txt'],
      ['export', 'out'],
    ])
      expect(home.kitty(repository.root, ...words)).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('of the plugin ends failed: it calls process.exit(0)') as string,
      })
  })

  it('makes an event unreadable when its upcaster does so, and hides no other', () => {
    const { home, repository } = ending(
      `eventTypes: [defineEventType({ type: 'x.ends.Said', version: 2, schema: schema.object({}), upcasters: { 1: end } })]`,
    )
    repository.write(
      '.kittify/events/2026-11-22.jsonl',
      noteLine(1) + noteLine(2, { event_type: 'x.ends.Said' }) + noteLine(3),
    )
    const { code, stdout } = home.kitty(repository.root, 'agent', 'events', 'list', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ count: 2 })
    expect(home.kitty(repository.root, 'agent', 'events', 'verify').stdout).toContain(
      'it calls process.exit(0)',
    )
  })

  it('fails a command that ends itself so before it has answered', () => {
    const command = (body: string) => `import { PluginCommand } from 'kittify/plugin'
      export default class extends PluginCommand { ${body} }`
    const { home, repository } = ending('', {
      'commands/init-ends.js': command('async init() { process.exit(0) } async run() { return {} }'),
      'commands/run-ends.js': command('async run() { process.exit(0) }'),
    })
    for (const name of ['init-ends', 'run-ends'])
      expect(home.kitty(repository.root, name)).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('kitty ended before its command did') as string,
      })
  })
})
