import { spawn } from 'node:child_process'

/** By platform: what opens a file as a click would. */
const OPENERS: Readonly<Record<string, readonly [command: string, ...args: string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}
const ELSEWHERE = ['xdg-open'] as const
/** A program that is still running after this has found its browser. */
const PATIENCE_MS = 2_000

/**
 * Opens a file in the browser: `BROWSER` where it names a program, else what the desktop opens it with.
 * @returns false where nothing could open it
 */
export function openInBrowser(path: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const [command, ...args] = env['BROWSER'] ? [env['BROWSER']] : (OPENERS[process.platform] ?? ELSEWHERE)
  return new Promise((resolve) => {
    const child = spawn(command, [...args, path], { stdio: 'ignore', detached: true })
    child.once('error', () => resolve(false))
    child.once('exit', (code) => resolve(code === 0))
    setTimeout(() => resolve(true), PATIENCE_MS).unref()
    child.unref()
  })
}
