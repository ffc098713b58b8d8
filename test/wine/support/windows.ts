import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject, vi } from 'vitest'
import { type Outcome, PROGRAM } from '../../support/program.js'
import { type Machine, windowsPath } from './machine.js'

const machine = inject('windows')

/** Whether there is a Windows here; its tests are skipped where there is none, and the setup says why. */
export const HAS_WINDOWS = machine !== undefined
/** The whole of each test, and not its short form. */
export const IS_WHOLE = process.env['KITTY_WINE'] === 'full'

// Dozens of starts on Wine take minutes, on a busy machine tens of them. Replaces what the program's support sets.
vi.setConfig({ testTimeout: IS_WHOLE ? 7_200_000 : 600_000 })

const FOREIGN = /^(GIT_|KITTY_|npm_|NO_COLOR$|FORCE_COLOR$|VITEST|NODE_OPTIONS$)/

export interface WindowsOptions {
  /** A folder of the host. */
  readonly cwd: string
  readonly env?: NodeJS.ProcessEnv
}

/** Runs `kitty …` on Windows. */
export function windowsKitty(options: WindowsOptions, ...args: readonly string[]): Promise<Outcome> {
  return windowsNode(options, PROGRAM, ...args)
}

/** As `windowsKitty`. @throws Error with what it said unless it succeeds */
export async function windowsKittyOk(options: WindowsOptions, ...args: readonly string[]): Promise<string> {
  const done = await windowsKitty(options, ...args)
  if (done.code !== 0)
    throw new Error(`kitty ${args.join(' ')} exits ${String(done.code)}: ${done.stdout}${done.stderr}`)
  return done.stdout
}

/** Runs a script with Node for Windows. @param script a path of the host */
export async function windowsNode(
  { cwd, env = {} }: WindowsOptions,
  script: string,
  ...args: readonly string[]
): Promise<Outcome> {
  // Files, since Node's pipes are sockets, which Wine takes for none of the things that a program may write to.
  const folder = mkdtempSync(join(tmpdir(), 'kitty-wine-'))
  const files = ['stdout', 'stderr'].map((name) => join(folder, name))
  const descriptors = files.map((file) => openSync(file, 'w'))
  try {
    const words = [theMachine().node, windowsPath(script), ...args]
    const child = spawn('wine', words, {
      cwd,
      env: windowsEnvironment(env),
      stdio: ['ignore', ...descriptors],
    })
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', resolve)
    })
    const [stdout = '', stderr = ''] = files.map((file) => readFileSync(file, 'utf8'))
    return { code, stdout, stderr }
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The environment of the host's processes that may start programs of Windows, as git does for the merge drivers. */
export function windowsEnvironment(env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { env: wine, drivers } = theMachine()
  const inherited = Object.entries(process.env).filter(([name]) => !FOREIGN.test(name))
  const path = `${drivers}:${process.env['PATH'] ?? ''}`
  return {
    ...Object.fromEntries(inherited),
    ...wine,
    PATH: path,
    KITTY_HOST_PATH: path,
    KITTY_ACTOR: 'ada',
    // An append takes a hundred times as long there, and longer on a busy machine.
    KITTY_LOCK_TIMEOUT_MS: '300000',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.org',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.org',
    ...env,
  }
}

function theMachine(): Machine {
  if (machine === undefined) throw new Error('there is no Windows here')
  return machine
}
