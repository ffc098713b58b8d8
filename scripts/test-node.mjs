/**
 * Runs the command-line tests on another Node: `npm run test:node -- 24 [--short] [files...]`. Installs Node from its npm
 * package into node_modules/.cache.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** What CI runs: the tour, concurrent writers, following, damage, old logs, and what Node itself differs in. */
const SHORT = [
  'readme',
  'agent-loop',
  'many-writers',
  'follow',
  'nothing-but-the-log',
  'conflicts-and-worktrees',
  'versions-side-by-side',
  'without-sqlite',
  'doctor',
].map((name) => `test/cli/${name}.test.ts`)

const isShort = process.argv.includes('--short')
const [version = '', ...given] = process.argv.slice(2).filter((word) => word !== '--short')
const files = given.some((word) => word.startsWith('test/')) ? [] : isShort ? SHORT : ['test/cli']
if (!/^\d+(\.\d+){0,2}$/.test(version)) {
  process.stderr.write('Which Node? For example: npm run test:node -- 24\n')
  process.exit(2)
}
const folder = join(ROOT, 'node_modules', '.cache', `node-${version}`)
const bin = process.platform === 'win32' ? 'node.exe' : 'node'
const node = join(folder, 'node_modules', 'node', 'bin', bin)
if (!existsSync(node)) {
  mkdirSync(folder, { recursive: true })
  execFileSync(
    'npm',
    ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', `node@${version}`],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32',
    },
  )
}
process.stdout.write(`Node ${execFileSync(node, ['--version'], { encoding: 'utf8' })}`)
const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
const { status } = spawnSync(node, [vitest, 'run', '--project', 'main', ...given, ...files], {
  cwd: ROOT,
  stdio: 'inherit',
  // Tests that start programs by name also get this Node.
  env: {
    ...process.env,
    PATH: `${dirname(node)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`,
  },
})
process.exitCode = status ?? 1
