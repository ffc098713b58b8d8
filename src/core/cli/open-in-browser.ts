import { spawn } from 'node:child_process'
import { workTreesAround } from '../git/checkout.js'
import { findProgram } from '../platform/find-program.js'
import { PLATFORM } from '../platform/system.js'

/** By platform: the program that opens a file as a click would. */
const OPENERS: Readonly<Record<string, readonly [command: string, ...args: string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}
const ELSEWHERE = ['xdg-open'] as const
/** A program still running after this time has found its browser. */
const PATIENCE_MS = 2_000

/**
 * Opens a file in the browser: with `BROWSER` if it names a program, else with the desktop's default.
 * @returns false when nothing could open it
 */
export function openInBrowser(path: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const [name, ...args] = env['BROWSER'] ? [env['BROWSER']] : (OPENERS[PLATFORM] ?? ELSEWHERE)
  const command = /[\\/]/.test(name) ? name : onPath(name, env)
  if (command === undefined) return Promise.resolve(false)
  return new Promise((resolve) => {
    const child = spawn(command, [...args, path], { stdio: 'ignore', detached: true })
    child.once('error', () => resolve(false))
    child.once('exit', (code) => resolve(code === 0))
    setTimeout(() => resolve(true), PATIENCE_MS).unref()
    child.unref()
  })
}

/** Windows would start a program of this name from the current folder, and any system from a PATH that names it. */
function onPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const cwd = process.cwd()
  return findProgram(name, { env, platform: PLATFORM, outside: [cwd, ...workTreesAround(cwd)] })
}
