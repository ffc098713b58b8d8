import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lockAt } from '../../src/core/lock/lock-at.js'
import { PluginHome } from '../support/plugin-home.js'
import { PROGRAM } from '../support/program.js'
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

describe('installations at the same time', () => {
  const start = (home: PluginHome, folder: string, way: string): Promise<number | null> =>
    new Promise((resolve) => {
      const env = { ...process.env, KITTY_DATA_DIR: home.folder, GIT_CONFIG_GLOBAL: '/dev/null' }
      spawn(process.execPath, [PROGRAM, 'plugins', way, folder], { cwd: '/', env, stdio: 'ignore' }).on(
        'close',
        resolve,
      )
    })

  it.each(['install', 'link'])('all count: %s', async (way) => {
    const home = new PluginHome()
    const names = ['kitty-plugin-a', 'kitty-plugin-b', 'kitty-plugin-c']
    const folders = names.map((name) => {
      const folder = write(tempFolder(), { name })
      rmSync(join(folder, 'commands'), { recursive: true })
      return folder
    })
    expect(await Promise.all(folders.map((folder) => start(home, folder, way)))).toEqual([0, 0, 0])
    const { plugins } = JSON.parse(home.kitty('/', 'plugins', '--json').stdout) as {
      plugins: { name: string }[]
    }
    expect(plugins.map(({ name }) => name).sort()).toEqual(names)
  })

  it('wait for one another as long as KITTY_LOCK_TIMEOUT_MS says', async () => {
    const home = new PluginHome()
    const held = await lockAt(join(home.folder, 'lock'), 1_000).acquire('test')
    try {
      const refused = home.kittyWith(
        { KITTY_LOCK_TIMEOUT_MS: '100' },
        '/',
        'plugins',
        'link',
        write(tempFolder()),
      )
      expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining('(test, since') as string })
    } finally {
      held.release()
    }
  })

  it('leave nothing of those that were killed', () => {
    const home = new PluginHome()
    const folder = write(tempFolder())
    for (const left of ['.before-abc', 'tarballs/.pack-def'])
      mkdirSync(join(home.folder, left), { recursive: true })
    writeFileSync(join(home.folder, 'tarballs', 'kitty-plugin-gone-1.0.0.tgz'), '')
    for (const left of ['package.json.123.tmp', 'package.json.123-456.tmp'])
      writeFileSync(join(home.folder, left), '{')
    expect(home.kitty(folder, 'plugins', 'install', '.').code).toBe(0)
    expect(readdirSync(home.folder).sort()).toEqual([
      'lock',
      'node_modules',
      'package-lock.json',
      'package.json',
      'tarballs',
    ])
    expect(readdirSync(join(home.folder, 'tarballs'))).toEqual([
      expect.stringMatching(/^[0-9a-f]{12}-kitty-plugin-greet-1\.0\.0\.tgz$/),
    ])
    expect(home.kitty('/', 'plugins', 'uninstall', 'kitty-plugin-greet').code).toBe(0)
    expect(readdirSync(join(home.folder, 'tarballs'))).toEqual([])
  })
})

describe('an installation', () => {
  it("is recorded whatever the user's npm is set to", () => {
    const home = new PluginHome()
    const env = { npm_config_save: 'false', npm_config_dry_run: 'true' }
    expect(home.kittyWith(env, write(tempFolder()), 'plugins', 'install', '.')).toMatchObject({ code: 0 })
    expect(home.kitty('/', 'greet').stdout).toBe('hello\n')
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
