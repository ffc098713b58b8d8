import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** The built program, as a shell would start it. */
export const PROGRAM = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
const BUILT = fileURLToPath(new URL('../../dist/core/cli/launch.js', import.meta.url))

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd: string
  readonly env?: NodeJS.ProcessEnv
}

/** Variables in the test runner's environment that would change the program's behavior. */
const FOREIGN = /^(GIT_|KITTY_|NO_COLOR$|FORCE_COLOR$|VITEST|NODE_OPTIONS$)/

/** Runs `kitty …` in a separate process, with an empty stdin and a fixed actor. */
export function kitty({ cwd, env = {} }: RunOptions, ...args: readonly string[]): Promise<Outcome> {
  return node({ cwd, env }, PROGRAM, ...args)
}

/** Runs a script with the test's own node in a clean environment. */
export function node(options: RunOptions, script: string, ...args: readonly string[]): Promise<Outcome> {
  return outcomeOf(start(options, script, args))
}

/** Starts `kitty …` for a test that reads its output as it comes, or ends it. */
export function startKitty(options: RunOptions, ...args: readonly string[]): Running {
  return start(options, PROGRAM, args)
}

/** What the suites for other systems preload into the program as well: see scripts/test-as.mjs. */
export function preloaded(): Readonly<Record<string, string>> {
  const options = process.env['KITTY_TEST_NODE_OPTIONS']
  return options === undefined ? {} : { NODE_OPTIONS: options }
}

type Running = ChildProcessByStdio<null, Readable, Readable>

function start({ cwd, env = {} }: RunOptions, script: string, args: readonly string[]): Running {
  if (!existsSync(BUILT)) throw new Error('the program is not built: npm run build')
  return spawn(process.execPath, [script, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...programEnvironment(), ...env },
  })
}

/** The program's environment in tests: the runner's, without what would change the program's behavior. */
export function programEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !FOREIGN.test(name))
  return { ...Object.fromEntries(inherited), KITTY_ACTOR: 'ada', ...preloaded() }
}

/** Resolves to the output and exit status of a started process. */
export function outcomeOf(child: Running): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('error', reject)
    child.on('close', (code) => {
      resolve({ code, stdout, stderr })
    })
  })
}

/** Parses the document on stdout; fails unless there is exactly one. */
export function documentOf(outcome: Outcome): Readonly<Record<string, unknown>> {
  const document: unknown = JSON.parse(outcome.stdout)
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw new Error(`not a JSON object: ${outcome.stdout}`)
  return document as Readonly<Record<string, unknown>> // an object that is no array, as just seen
}

export interface FailureShape {
  readonly kind: string
  readonly message: string
  readonly next_steps: readonly { readonly text: string; readonly argv: readonly string[] | null }[]
  readonly context: Readonly<Record<string, unknown>>
}

/** The `error` of the failure document. */
export function failureIn(outcome: Outcome): FailureShape {
  const { error } = documentOf(outcome)
  if (typeof error !== 'object' || error === null) throw new Error(`no failure document: ${outcome.stdout}`)
  return error as FailureShape // the tests that read it look at every key
}
