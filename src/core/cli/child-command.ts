import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { KittyError } from '../errors/kitty-error.js'
import { findProgram } from '../platform/find-program.js'
import { PLATFORM } from '../platform/system.js'

const FORWARDED = ['SIGTERM', 'SIGHUP'] as const

/**
 * Runs a user's command with this process's terminal. A signal that would end this process goes on to the command;
 * Ctrl-C reaches both anyway.
 * @param stdout where the command's standard output goes: `inherit`, or a file descriptor
 * @returns its exit code, or 128 plus the signal's number, as shells report it
 * @throws KittyError UsageError when it cannot be started
 */
export async function runChild(
  [program = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  stdout: 'inherit' | number,
): Promise<number> {
  const child = spawn(programOf(program, env), args, { stdio: ['inherit', stdout, 'inherit'], env })
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal)
  const ignore = (): void => undefined
  for (const signal of FORWARDED) process.on(signal, forward)
  process.on('SIGINT', ignore)
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', (error) => reject(notStarted(program, error)))
      child.once('close', (code, signal) =>
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
      )
    })
  } finally {
    for (const signal of FORWARDED) process.off(signal, forward)
    process.off('SIGINT', ignore)
  }
}

/** Elsewhere PATH alone says where a program is. Windows begins in the current folder, which a repository fills. */
function programOf(name: string, env: NodeJS.ProcessEnv): string {
  if (PLATFORM !== 'win32' || /[\\/:]/.test(name)) return name
  const found = findProgram(name, { env, platform: PLATFORM, outside: [] })
  if (found === undefined) throw notStarted(name, new Error('no program of that name is on PATH'))
  return found
}

function notStarted(program: string, error: Error): KittyError {
  return new KittyError('UsageError', `${program} could not be started: ${error.message}.`, {
    nextSteps: ['Check the command after --, and that it is on your PATH.'],
    cause: error,
  })
}
