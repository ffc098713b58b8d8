import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../support/temp-folder.js'

const RUN = join(import.meta.dirname, '../../bin/run.js')

/** The bundle, as a user who never had a plugin. */
class NewUser {
  readonly home = tempFolder()

  kitty(...args: string[]): { code: number | null; stdout: string; stderr: string } {
    return this.kittyWith({}, ...args)
  }

  kittyWith(
    env: Readonly<Record<string, string>>,
    ...args: string[]
  ): { code: number | null; stdout: string; stderr: string } {
    const { PATH = '' } = process.env
    const done = spawnSync(process.execPath, [RUN, ...args], {
      cwd: this.home,
      encoding: 'utf8',
      env: { PATH, HOME: this.home, ...env },
    })
    return { code: done.status, stdout: done.stdout, stderr: done.stderr }
  }
}

function plugin(): string {
  const folder = join(tempFolder(), 'kitty-plugin-greet')
  mkdirSync(join(folder, 'commands'), { recursive: true })
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({
      name: 'kitty-plugin-greet',
      version: '1.0.0',
      type: 'module',
      files: ['commands'],
      scripts: { prepare: 'touch ran-prepare', postinstall: 'touch ran-postinstall' },
      oclif: { bin: 'kitty', commands: './commands', topicSeparator: ' ' },
      kitty: { api: 1 },
    }),
  )
  writeFileSync(
    join(folder, 'commands/greet.js'),
    `import { PluginCommand } from 'kittify/plugin'
     export default class Greet extends PluginCommand {
       static summary = 'Greet'
       async run() { this.show(() => 'hello') }
     }`,
  )
  return folder
}

describe('the first plugin of a user whose home is empty', () => {
  it('is installed, listed, inspected, updated and removed', () => {
    const user = new NewUser()
    const folder = plugin()
    expect(user.kitty('plugins')).toMatchObject({ code: 0, stdout: 'No plugins are installed.\n' })
    const installed = user.kitty('plugins', 'install', folder)
    expect(installed).toMatchObject({ code: 0, stdout: expect.stringContaining('kitty greet') as string })
    expect(user.kitty('greet')).toEqual({ code: 0, stdout: 'hello\n', stderr: '' })
    expect(user.kitty('plugins').stdout).toMatch(/^kitty-plugin-greet 1\.0\.0 {2}file:/)
    expect(user.kitty('plugins', 'inspect', 'kitty-plugin-greet').stdout).toContain('needs     nothing')
    expect(user.kitty('plugins', 'update').code).toBe(0)
    expect(user.kitty('plugins', 'uninstall', 'kitty-plugin-greet').code).toBe(0)
    expect(user.kitty('greet').code).toBe(2)
    expect(user.kitty('plugins', 'uninstall', 'kitty-plugin-greet').code).toBe(2)
  })

  it("runs none of the plugin's scripts", () => {
    const user = new NewUser()
    const folder = plugin()
    expect(user.kitty('plugins', 'install', folder).code).toBe(0)
    const installed = join(user.home, '.local/share/kitty/node_modules/kitty-plugin-greet')
    expect(existsSync(join(folder, 'ran-prepare'))).toBe(false)
    expect(existsSync(join(installed, 'ran-postinstall'))).toBe(false)
  })

  it('is linked, finds its host by itself, and no command warns of it', () => {
    const user = new NewUser()
    const folder = plugin()
    expect(user.kitty('plugins', 'link', folder).code).toBe(0)
    expect(user.kitty('greet')).toEqual({ code: 0, stdout: 'hello\n', stderr: '' })
    expect(user.kitty('version').stderr).toBe('')
    expect(user.kitty('plugins').stdout).toBe(`kitty-plugin-greet 1.0.0  linked from ${folder}\n`)
    expect(user.kitty('plugins', 'uninstall', folder).code).toBe(0)
    expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).toMatchObject({ version: '1.0.0' })
  })

  it('is listed in one small document', () => {
    const user = new NewUser()
    expect(user.kitty('plugins', '--json').stdout).toBe('{"plugins":[],"warnings":[]}\n')
    user.kitty('plugins', 'link', plugin())
    const { stdout } = user.kitty('plugins', '--json')
    expect(stdout.length).toBeLessThan(1_000)
    expect(JSON.parse(stdout)).toEqual({
      plugins: [
        {
          name: 'kitty-plugin-greet',
          type: 'link',
          version: '1.0.0',
          source: null,
          root: expect.any(String) as string,
        },
      ],
      warnings: [],
    })
  })

  it('is not said to be missing where the registry cannot be reached', () => {
    const user = new NewUser()
    const env = { npm_config_registry: 'http://127.0.0.1:1/', npm_config_fetch_retries: '0' }
    const done = user.kittyWith(env, 'plugins', 'install', 'kitty-plugin-greet', '--json')
    expect(done.code).toBe(5)
    const { error } = JSON.parse(done.stdout) as { error: { kind: string; message: string } }
    expect(error.kind).toBe('MissingDependency')
    expect(error.message).toContain('cannot be reached, so nothing is known of kitty-plugin-greet')
    expect(user.kitty('plugins').stdout).toBe('No plugins are installed.\n')
  })

  it('is refused where its folder is no plugin', () => {
    const user = new NewUser()
    expect(user.kitty('plugins', 'link', tempFolder())).toMatchObject({ code: 2 })
  })
})
