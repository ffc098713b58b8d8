import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

/** The program as it is installed: built, in a process of its own. */
export const BIN = fileURLToPath(new URL('../../../bin/run.js', import.meta.url))

export interface Conditions {
  /** What the process runs under: `strace …`, `faketime …`. */
  readonly under?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Arguments of node itself. */
  readonly node?: readonly string[]
  readonly cwd?: string
  /** Killed after so many seconds, 60 unless told. */
  readonly within?: number
}

export interface Outcome {
  /** As a shell has it: 137 for SIGKILL. */
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly child: ChildProcess
  readonly finished: Promise<Outcome>
  /** Resolves when stdout contains `text`. */
  says(text: string): Promise<void>
  /** The process, and with a wrapper that it runs under (faketime) what that has started. */
  kill(signal: NodeJS.Signals): void
}

/** Starts a node script with nothing of this process's environment but the path. */
export function start(script: string, args: readonly string[], conditions: Conditions): Started {
  const { under = [], env = {}, node = [], cwd = '/', within = 60 } = conditions
  const [command = process.execPath, ...rest] = [...under, process.execPath, ...node, script, ...args]
  const child = spawn(command, rest, {
    cwd,
    env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that a wrapper's child ends with it.
    detached: under.length > 0,
  })
  const kill = (signal: NodeJS.Signals): void => {
    const hasEnded = child.exitCode !== null || child.signalCode !== null
    if (under.length > 0 && child.pid !== undefined && !hasEnded) process.kill(-child.pid, signal)
    else child.kill(signal)
  }
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const late = setTimeout(() => {
    kill('SIGKILL')
  }, within * 1000)
  const finished = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(late)
      resolve({ exit: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), stdout, stderr })
    })
  })
  const says = async (text: string): Promise<void> => {
    while (!stdout.includes(text)) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`ended before it said ${text}: ${stderr}`)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
  return { child, finished, says, kill }
}
