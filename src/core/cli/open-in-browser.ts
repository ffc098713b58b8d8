import { spawn } from 'node:child_process'
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
  const [command, ...args] = env['BROWSER'] ? [env['BROWSER']] : (OPENERS[PLATFORM] ?? ELSEWHERE)
  return new Promise((resolve) => {
    const child = spawn(command, [...args, path], { stdio: 'ignore', detached: true })
    child.once('error', () => resolve(false))
    child.once('exit', (code) => resolve(code === 0))
    setTimeout(() => resolve(true), PATIENCE_MS).unref()
    child.unref()
  })
}
