/**
 * Runs the command-line tests on another Node: `npm run test:node -- 24 [files...]`. Installs Node from its npm package
 * into node_modules/.cache.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const [version = '', ...files] = process.argv.slice(2)
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
const { status } = spawnSync(
  node,
  [vitest, 'run', '--project', 'main', ...(files.length > 0 ? files : ['test/cli'])],
  {
    cwd: ROOT,
    stdio: 'inherit',
    // Tests that start programs by name also get this Node.
    env: {
      ...process.env,
      PATH: `${dirname(node)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`,
    },
  },
)
process.exitCode = status ?? 1
