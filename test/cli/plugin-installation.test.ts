import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PluginHome } from '../support/plugin-home.js'
import { tempFolder } from '../support/temp-folder.js'
import { TempRepository } from '../support/temp-repository.js'

interface Plugin {
  readonly name?: string
  readonly version?: string
  readonly api?: number
  readonly says?: string
}

/** Writes a plugin, whose command is `kitty greet`, into a folder. */
function write(
  folder: string,
  { name = 'kitty-plugin-greet', version = '1.0.0', api = 1, says = 'hello' }: Plugin = {},
): string {
  const manifest = {
    name,
    version,
    type: 'module',
    oclif: { bin: 'kitty', commands: './commands', topicSeparator: ' ' },
    kitty: { api },
  }
  const files = {
    'package.json': JSON.stringify(manifest),
    'commands/greet.js': `import { PluginCommand } from 'kittify/plugin'
export default class Greet extends PluginCommand { async run() { this.show(() => ${JSON.stringify(says)}) } }`,
  }
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}

const REFUSED = 'was made for plugin API 9'
const STAYS = 'What was installed before stays.'

describe('a plugin that kitty refuses', () => {
  it.each(['1.0.0', '2.0.0'])('leaves the version that was there as it was: %s', (version) => {
    const home = new PluginHome()
    const folder = write(tempFolder())
    expect(home.kitty(folder, 'plugins', 'install', '.')).toMatchObject({ code: 0 })
    write(folder, { version, api: 9, says: 'refused' })
    const refused = home.kitty(folder, 'plugins', 'install', '.')
    expect(refused.code).toBe(5)
    expect(refused.stderr).toContain(REFUSED)
    expect(refused.stderr).toContain(STAYS)
    expect(home.kitty('/', 'greet')).toMatchObject({ code: 0, stdout: 'hello\n' })
    expect(home.kitty('/', 'plugins', 'update')).toMatchObject({ code: 0 })
    expect(home.kitty('/', 'greet')).toMatchObject({ code: 0, stdout: 'hello\n' })
    expect(readdirSync(home.folder).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('stays linked where it was linked before, so that its rules are not forgotten', () => {
    const home = new PluginHome()
    const folder = write(tempFolder())
    expect(home.kitty(folder, 'plugins', 'link')).toMatchObject({ code: 0 })
    write(folder, { api: 9 })
    expect(home.kitty(folder, 'plugins', 'link').stderr).toContain(STAYS)
    expect(home.kitty('/', 'plugins').stdout).toContain(`linked from ${folder}`)
  })

  it('is not kept where it was not there before, and no step removes it', () => {
    const home = new PluginHome()
    const folder = write(tempFolder(), { api: 9 })
    for (const way of [
      ['install', '.'],
      ['link', '.'],
    ]) {
      const refused = home.kitty(folder, 'plugins', ...way)
      expect(refused.code).toBe(5)
      expect(refused.stderr).toContain(REFUSED)
      expect(refused.stderr).not.toMatch(/uninstall|stays/)
      expect(home.kitty('/', 'plugins').stdout).toBe('No plugins are installed.\n')
    }
  })
})

describe('a folder for plugins from which none would be loaded', () => {
  it.each(['install', 'link'])('is not written to by %s', (way) => {
    const home = new PluginHome()
    const repository = new TempRepository()
    const folder = write(tempFolder())
    const before = readdirSync(repository.root)
    for (const KITTY_DATA_DIR of ['data', join(repository.root, 'data')])
      expect(home.kittyWith({ KITTY_DATA_DIR }, repository.root, 'plugins', way, folder)).toMatchObject({
        code: 5,
        stderr: expect.stringContaining('none was loaded') as string,
      })
    expect(readdirSync(repository.root)).toEqual(before)
    expect(existsSync(join(folder, 'data'))).toBe(false)
  })
})

describe('a plugin that is linked', () => {
  it.each(['../evil', '..', 'a b'])('has a name that npm takes: not %s', (name) => {
    const home = new PluginHome()
    expect(home.kitty(write(tempFolder(), { name }), 'plugins', 'link')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('it has no package.json with a name that npm takes') as string,
    })
    expect(existsSync(join(home.folder, 'package.json'))).toBe(false)
  })

  it("finds kitty again after its developer's npm has removed the link to it", () => {
    const home = new PluginHome()
    const folder = write(tempFolder())
    const rule = `{ name: 'greet.never', phase: 'validator', check: () => ({ message: 'Never.' }) }`
    writeFileSync(
      join(folder, 'plugin.js'),
      `import { definePlugin } from 'kittify/plugin/define'\nexport default definePlugin({ name: 'greet', moveChecks: [${rule}] })\n`,
    )
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as object
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ ...manifest, kitty: { api: 1, plugin: './plugin.js' } }),
    )
    expect(home.kitty(folder, 'plugins', 'link')).toMatchObject({ code: 0 })
    const { root } = new TempRepository()
    for (const args of [['init'], ['agent', 'feature', 'setup-spec', 'login'], ['new', 'First']])
      home.kitty(root, ...args)
    rmSync(join(folder, 'node_modules'), { recursive: true })
    const { code, stderr } = home.kitty(root, 'move', 'WP01', 'doing')
    expect([code, stderr]).toEqual([1, expect.stringContaining('Error: Never.')])
  })

  it('keeps what its developer has where the link would be', () => {
    const home = new PluginHome()
    const folder = write(tempFolder())
    const own = join(folder, 'node_modules', 'kittify')
    mkdirSync(own, { recursive: true })
    writeFileSync(join(own, 'package.json'), JSON.stringify({ name: 'kittify', exports: { '.': './a.js' } }))
    writeFileSync(join(own, 'a.js'), 'work')
    expect(home.kitty(folder, 'plugins', 'link').code).toBe(1)
    expect(readFileSync(join(own, 'a.js'), 'utf8')).toBe('work')
  })
})
