import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tied } from './folders.mjs'

/** The shipped program. */
export const KITTY = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

/**
 * The environment of every process in a run: its own home, and nothing that changes how Node starts or which repository
 * git uses. NODE_EXTRA_CA_CERTS, for one, slows down every start of Node, both kitty's and the bare one.
 */
export function environment(folder) {
  const home = join(folder, 'home')
  mkdirSync(home, { recursive: true })
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:GIT|KITTY|NODE|XDG)_|^(?:npm|INIT_CWD)/.test(name),
  )
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    KITTY_ACTOR: 'bench',
    GIT_CONFIG_GLOBAL: join(home, '.gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
    NO_COLOR: '1',
    CI: '1',
    DO_NOT_TRACK: '1',
    OPENSPEC_TELEMETRY: '0',
  }
}

/**
 * Runs a program to its end.
 * @throws Error with its output, if it fails
 */
export function run(file, args, { cwd, env, accept = (status) => status === 0 }) {
  const ran = spawnSync(file, args, {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (ran.error !== undefined) throw ran.error
  if (!accept(ran.status)) {
    const said = `${ran.stderr}${ran.stdout}`.trim().slice(0, 2000)
    throw new Error(`${[file, ...args].join(' ')} in ${cwd} ended with ${ran.status ?? ran.signal}: ${said}`)
  }
  return ran.stdout
}

/** @param options of `run`; `node`: the path of another Node to run it with */
export function kitty(args, { node = process.execPath, ...options }) {
  return run(node, [KITTY, ...args], options)
}

/** The minimum for a Node process. */
export function bareNode({ node = process.execPath, ...options }) {
  return run(node, ['-e', '0'], options)
}

/**
 * Runs a program without blocking.
 * @returns `{ status, stdout, stderr }`
 */
export function start(file, args, { cwd, env, input }) {
  const child = tied(spawn(file, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] }))
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
  // A program may end without reading stdin; its exit status decides.
  child.stdin.on('error', () => undefined).end(input)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, stdout, stderr }))
  })
}
