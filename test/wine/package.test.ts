import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, inject, it } from 'vitest'
import { writeFeature } from '../support/specs.js'
import { tempFolder } from '../support/temp-folder.js'
import { TempRepository } from '../support/temp-repository.js'
import { windowsPath } from './support/machine.js'
import { HAS_WINDOWS, IS_WHOLE, windowsKitty, windowsNode } from './support/windows.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const EXAMPLE = 'kitty-plugin-burndown'
/** npm on Wine reaches no other machine, so everything is in its cache or in a file. */
const OFFLINE = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund']

/** Runs npm on Windows. @throws Error with what it said unless it succeeds */
async function windowsNpm(cwd: string, ...args: string[]): Promise<void> {
  const done = await windowsNode({ cwd }, inject('windows')?.npm ?? '', ...args, ...OFFLINE)
  if (done.code !== 0) throw new Error(`npm ${args.join(' ')} exits ${String(done.code)}: ${done.stderr}`)
}

/** Packs a folder on Windows. @returns the tarball */
async function packed(folder: string): Promise<string> {
  const into = tempFolder()
  await windowsNpm(folder, 'pack', '--pack-destination', windowsPath(into))
  return join(into, readdirSync(into)[0] ?? 'no tarball')
}

/** Fills a cache of npm with what the program needs. @returns undefined where no registry answers */
function filledCache(tarball: string): string | undefined {
  const [cache, prefix] = [tempFolder(), tempFolder()]
  const args = ['install', '--global', '--prefix', prefix, '--cache', cache, '--ignore-scripts', tarball]
  return spawnSync('npm', args, { stdio: 'ignore' }).status === 0 ? cache : undefined
}

/** The example plugin, built on the host. @returns its folder */
function builtExample(): string {
  const folder = join(tempFolder(), EXAMPLE)
  cpSync(join(ROOT, 'examples', EXAMPLE), folder, { recursive: true })
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true })
  symlinkSync(ROOT, join(folder, 'node_modules/kittify'))
  symlinkSync(join(ROOT, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'))
  const built = spawnSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc')], { cwd: folder })
  expect([built.status, built.stdout.toString()]).toEqual([0, ''])
  return folder
}

describe.skipIf(!HAS_WINDOWS)('on Windows', () => {
  it('kitty installs a plugin from a tarball with npm, runs it, completes it and removes it', async () => {
    const folder = join(tempFolder(), 'kitty-plugin-hello')
    mkdirSync(join(folder, 'commands'), { recursive: true })
    const oclif = { bin: 'kitty', commands: './commands', topicSeparator: ' ' }
    const manifest = {
      name: 'kitty-plugin-hello',
      version: '1.0.0',
      type: 'module',
      kitty: { api: 1 },
      oclif,
    }
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
    const command = { id: 'hello', summary: 'Say hello', aliases: [], hiddenAliases: [], args: {}, flags: {} }
    writeFileSync(
      join(folder, 'oclif.manifest.json'),
      JSON.stringify({ version: '1.0.0', commands: { hello: command } }),
    )
    writeFileSync(
      join(folder, 'commands/hello.js'),
      `export default class Hello {
  static id = 'hello'
  static summary = 'Say hello'
  static async run() { process.stdout.write('hello\\n') }
}
`,
    )
    const tarball = await packed(folder)
    const env = { KITTY_DATA_DIR: windowsPath(tempFolder()), npm_config_offline: 'true' }
    const { root: cwd } = new TempRepository()
    const ok = async (...args: string[]): Promise<string> => {
      const done = await windowsKitty({ cwd, env }, ...args)
      expect([args, done.code, done.code === 0 ? '' : done.stderr]).toEqual([args, 0, ''])
      return done.stdout
    }

    expect(await ok('plugins', 'install', windowsPath(tarball))).toMatch(
      /^kitty-plugin-hello 1\.0\.0: kitty hello\n/,
    )
    expect(await ok('hello')).toBe('hello\n')
    expect(await ok('autocomplete', 'words', '--', 'hel')).toMatch(/^hello\tSay hello/m)
    await ok('plugins', 'uninstall', 'kitty-plugin-hello')
    expect(await ok('plugins')).toBe('No plugins are installed.\n')
  })

  it.skipIf(!IS_WHOLE)(
    'the packed program is installed with npm, and runs, with the example plugin',
    async (test) => {
      const tarball = await packed(ROOT)
      const cache = filledCache(tarball)
      if (cache === undefined)
        return test.skip('no registry answers, so npm has none of what the program needs')
      const prefix = tempFolder()
      const places = ['--prefix', windowsPath(prefix), '--cache', windowsPath(cache)]
      await windowsNpm(prefix, 'install', '--global', ...places, windowsPath(tarball))
      const root = join(prefix, 'node_modules/kittify')
      expect(readdirSync(prefix)).toEqual(expect.arrayContaining(['kitty', 'kitty.cmd', 'kitty.ps1']))

      const repository = new TempRepository()
      const cwd = repository.root
      // A plugin finds the program through a link, which Wine cannot make, or in a folder above its own.
      const env = { KITTY_DATA_DIR: windowsPath(join(prefix, 'data')), npm_config_offline: 'true' }
      const ok = async (...args: string[]): Promise<string> => {
        const done = await windowsNode({ cwd, env }, join(root, 'bin/run.js'), ...args)
        expect([args, done.code, done.code === 0 ? '' : done.stderr]).toEqual([args, 0, ''])
        return done.stdout
      }
      expect(await ok('--version')).toMatch(/^kitty\/\d+\.\d+\.\d+ win32-x64 .*\nevents-lib\//)
      await ok('init')
      writeFeature(repository, '001-login', [{ id: 'WP01' }])
      await ok('agent', 'feature', 'finalize-tasks', '--all')
      await ok('move', 'WP01', 'doing')
      expect(await ok('status')).toMatch(/WP01\s+doing/)

      const plugin = await packed(builtExample())
      expect(await ok('plugins', 'install', windowsPath(plugin))).toBe(
        `${EXAMPLE} 1.0.0: kitty burndown, kitty burndown finished, kitty burndown goal\n`,
      )
      await ok('burndown', 'goal', '2030-01-31')
      expect(JSON.parse(await ok('burndown', '--json'))).toMatchObject({
        feature: '001-login',
        goal: '2030-01-31',
      })
      expect(await ok('autocomplete', 'words', '--', 'burndown', 'g')).toMatch(/^goal\t/m)
      expect(await ok('autocomplete', 'powershell')).toContain('Register-ArgumentCompleter')
      await ok('plugins', 'uninstall', EXAMPLE)
      expect(existsSync(join(prefix, 'data/node_modules', EXAMPLE))).toBe(false)
    },
  )
})
