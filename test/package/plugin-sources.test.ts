import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { spawn } from 'node:child_process'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { kittyCommand, npmCommand } from './support/commands.js'
import { InstalledKitty, type Ran } from './support/installation.js'

const COMMAND = `import { PluginCommand } from 'kittify/plugin'
export default class Greet extends PluginCommand {
  static summary = 'Greet'
  async run() { this.show(() => 'VERSION says hello') }
}
`

/** A plugin's folder; its command prints its version. */
function plugin(name: string, { version = '1.0.0', command = 'greet', kitty = { api: 1 } } = {}): string {
  const folder = mkdtempSync(join(inject('installation').scratch, 'plugin-'))
  const oclif = { bin: 'kitty', commands: './commands', topicSeparator: ' ' }
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name, version, type: 'module', files: ['commands'], oclif, kitty }),
  )
  mkdirSync(join(folder, 'commands'))
  writeFileSync(join(folder, `commands/${command}.js`), COMMAND.replace('VERSION', version))
  return folder
}

function packed(folder: string): Buffer {
  const [program, ...before] = npmCommand()
  const [name = ''] = execFileSync(program, [...before, 'pack', '--silent'], {
    cwd: folder,
    encoding: 'utf8',
  })
    .trim()
    .split('\n')
    .slice(-1)
  return readFileSync(join(folder, name))
}

const servers: Server[] = []
afterAll(() => {
  for (const server of servers) server.close()
})

/** A registry on loopback that has one package, in the versions it is given. */
async function registry(name: string, versions: Record<string, Buffer>): Promise<string> {
  const server = createServer((request, response) => {
    const host = `http://${request.headers.host ?? ''}`
    const tarball = /-(\d+\.\d+\.\d+)\.tgz$/.exec(request.url ?? '')?.[1]
    if (tarball !== undefined) return void response.end(versions[tarball])
    if (request.url?.startsWith(`/${name}`) !== true) return void response.writeHead(404).end('{}')
    const latest = Object.keys(versions).at(-1) ?? ''
    const listed = Object.keys(versions).map((version) => [
      version,
      { name, version, dist: { tarball: `${host}/${name}/-/${name}-${version}.tgz` } },
    ])
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({ name, 'dist-tags': { latest }, versions: Object.fromEntries(listed) as unknown }),
    )
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A cast: a server on a port has such an address.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

/** As `InstalledKitty.run`, while this process goes on answering as a registry. */
function runAside(kitty: InstalledKitty, env: NodeJS.ProcessEnv, ...args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const [program, ...before] = kittyCommand(kitty.installation.prefix)
    const child = spawn(program, [...before, ...args], {
      cwd: '/',
      env: { ...kitty.env, npm_config_prefer_offline: 'false', ...env },
    })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

describe('kitty plugins', () => {
  it('installs by name, updates, inspects and uninstalls', async () => {
    const kitty = new InstalledKitty('name')
    const name = 'kitty-plugin-by-name'
    const versions: Record<string, Buffer> = { '1.0.0': packed(plugin(name)) }
    const env = { npm_config_registry: await registry(name, versions) }
    const installed = await runAside(kitty, env, 'plugins', 'install', name)
    expect(installed).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`${name} 1.0.0: kitty greet`) as string,
    })
    expect(installed.stdout).toContain('oclif.manifest.json')
    expect(kitty.ok('/', 'greet')).toBe('1.0.0 says hello\n')
    versions['1.1.0'] = packed(plugin(name, { version: '1.1.0' }))
    expect(
      await runAside(kitty, { ...env, npm_config_prefer_online: 'true' }, 'plugins', 'update'),
    ).toMatchObject({ code: 0 })
    expect(kitty.ok('/', 'greet')).toBe('1.1.0 says hello\n')
    expect((await runAside(kitty, env, 'plugins', 'inspect', name)).stdout).toContain('1.1.0')
    expect(await runAside(kitty, env, 'plugins', 'uninstall', name)).toMatchObject({ code: 0 })
    expect(kitty.run('/', 'greet').code).toBe(2)
  })

  it('installs from a folder, as it is then', () => {
    const kitty = new InstalledKitty('folder')
    const folder = plugin('kitty-plugin-folder')
    expect(kitty.run(folder, 'plugins', 'install', '.')).toMatchObject({ code: 0 })
    writeFileSync(join(folder, 'commands/greet.js'), 'changed')
    expect(kitty.ok('/', 'greet')).toBe('1.0.0 says hello\n')
  })

  it('installs from a git address', () => {
    const kitty = new InstalledKitty('git')
    const folder = plugin('kitty-plugin-git')
    const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, env: kitty.env })
    git('init', '--quiet')
    git('add', '--all')
    git('commit', '--quiet', '--message', 'plugin')
    const done = kitty.run('/', 'plugins', 'install', `git+${pathToFileURL(folder).href}`)
    expect(done.stderr).not.toContain('Error')
    expect(done.code).toBe(0)
    expect(kitty.ok('/', 'greet')).toBe('1.0.0 says hello\n')
  })

  it('links a folder, of which every change counts', () => {
    const kitty = new InstalledKitty('link')
    const folder = plugin('kitty-plugin-linked')
    expect(kitty.run(folder, 'plugins', 'link')).toMatchObject({ code: 0 })
    writeFileSync(join(folder, 'commands/greet.js'), COMMAND.replace('VERSION', 'changed'))
    expect(kitty.ok('/', 'greet')).toBe('changed says hello\n')
    expect(kitty.run('/', 'plugins', 'uninstall', 'kitty-plugin-linked').code).toBe(0)
  })

  it.each([
    ['would replace a command', { command: 'status' }, 'it would replace kitty status.', 1],
    [
      'was made for another plugin API',
      { kitty: { api: 9 } },
      'made for plugin API 9; this kitty (0.1.0) speaks plugin API 1',
      5,
    ],
  ])('does not keep a plugin that %s', (_name, options, says, code) => {
    const kitty = new InstalledKitty(`refused-${code}`)
    const folder = plugin('kitty-plugin-refused', options)
    const done = kitty.run('/', 'plugins', 'install', folder, '--json')
    expect(done.code).toBe(code)
    const { error } = JSON.parse(done.stdout) as { error: { message: string } }
    expect(error.message).toContain('kitty-plugin-refused')
    expect(error.message).toContain(says)
    expect(kitty.ok('/', 'plugins')).not.toContain('kitty-plugin-refused')
    expect(kitty.run('/', 'version')).toMatchObject({ code: 0, stderr: '' })
  })

  it('takes a bare word for a name, whatever lies in the current folder', () => {
    const kitty = new InstalledKitty('bare')
    const here = mkdtempSync(join(inject('installation').scratch, 'bare-'))
    mkdirSync(join(here, 'kitty-plugin-nowhere-at-all'))
    writeFileSync(
      join(here, 'kitty-plugin-nowhere-at-all/package.json'),
      '{"name":"evil","version":"1.0.0","scripts":{"prepare":"touch /tmp/evil"}}',
    )
    const done = kitty.runWith(
      { npm_config_registry: 'http://127.0.0.1:1/', npm_config_fetch_retries: '0' },
      here,
      'plugins',
      'install',
      'kitty-plugin-nowhere-at-all',
    )
    expect(done.code).not.toBe(0)
    expect(kitty.run(here, 'plugins', 'install', './nowhere').stderr).toContain('There is no')
  })
})
