import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterEveryFile } from './clean-up.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const folders: string[] = []

afterEveryFile(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/**
 * Bundles a TypeScript source, whose imports resolve from the repository's root, into a script for plain node. The
 * script is under node_modules so that it can find packages.
 */
export async function nodeScript(source: string): Promise<string> {
  const parent = join(ROOT, 'node_modules', '.cache')
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'kitty-test-script-'))
  folders.push(folder)
  const outfile = join(folder, 'script.mjs')
  await build({
    stdin: { contents: source, resolveDir: ROOT, loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['fs-native-extensions'],
    alias: { 'kitty-events': join(ROOT, 'packages/events/src/index.ts') },
    logLevel: 'error',
  })
  return outfile
}

export interface Finished {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcess
  readonly finished: Promise<Finished>
  /** Resolves when stdout contains `text`. */
  says(text: string): Promise<void>
}

/** Runs a script, such as one made by `nodeScript`, in a separate process. */
export function runNode(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd?: string,
): Running {
  const child = spawn(process.execPath, [script, ...args], { cwd, env: { ...process.env, ...env } })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const finished = new Promise<Finished>((resolve) => {
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr })
    })
  })
  const says = async (text: string): Promise<void> => {
    while (!stdout.includes(text)) {
      if (child.exitCode !== null) throw new Error(`ended before it said ${text}: ${stderr}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  return { child, finished, says }
}
