import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { KittyError } from '../errors/kitty-error.js'

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
  const child = spawn(program, args, { stdio: ['inherit', stdout, 'inherit'], env })
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

function notStarted(program: string, error: Error): KittyError {
  return new KittyError('UsageError', `${program} could not be started: ${error.message}.`, {
    nextSteps: ['Check the command after --, and that it is on your PATH.'],
    cause: error,
  })
}
