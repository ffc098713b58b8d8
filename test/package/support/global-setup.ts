import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { TestProject } from 'vitest/node'
import { npmCommand } from './commands.js'
import type { Installation } from './installation.js'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** Clone, set up, pack, install globally: once, for every test of the package. */
export default function setup(project: TestProject): () => void {
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'kitty-package-')))
  const teardown = (): void => rmSync(scratch, { recursive: true, force: true })
  try {
    project.provide('installation', install(scratch))
  } catch (error) {
    teardown()
    throw error
  }
  return teardown
}

function install(scratch: string): Installation {
  const npmEnv = {
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_prefer_offline: 'true',
    ...prebuiltSqlite(scratch),
  }
  const run = (cwd: string, name: string, ...args: string[]): string =>
    execFileSync(name, args, {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, ...npmEnv },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  const [npmProgram, ...before] = npmCommand()
  const npm = (cwd: string, ...args: string[]): string => run(cwd, npmProgram, ...before, ...args)
  const clone = join(scratch, 'clone')
  step('clone', () => run(scratch, 'git', 'clone', '--quiet', pathToFileURL(ROOT).href, clone))
  step('set up: npm ci', () => npm(clone, 'ci', '--loglevel=error'))
  step('pack', () =>
    npm(clone, 'pack', '--ignore-scripts', '--loglevel=error', '--pack-destination', scratch),
  )
  const tarball = join(scratch, readdirSync(scratch).find((name) => name.endsWith('.tgz')) ?? 'no tarball')
  const prefix = join(scratch, 'prefix')
  step('install -g', () =>
    npm(scratch, 'install', '--global', '--prefix', prefix, '--loglevel=error', tarball),
  )
  const dependencies =
    npm(scratch, 'ls', '--global', '--prefix', prefix, '--all', '--parseable').trim().split('\n').length - 2
  say(
    `package: ${Math.round(statSync(tarball).size / 1024)} KiB packed, ${dependencies} dependencies, ${folderSize(prefix)} MiB installed`,
  )
  return { clone, tarball, prefix, scratch, npmEnv }
}

/**
 * The native module of this checkout as a prebuilt archive, which its own installer looks for: where none can be
 * downloaded it would be compiled again, twice, for minutes.
 */
function prebuiltSqlite(scratch: string): Record<string, string> {
  const built = join(ROOT, 'node_modules/sqlite3/build/Release/node_sqlite3.node')
  if (!existsSync(built)) return {}
  const { version } = JSON.parse(readFileSync(join(ROOT, 'node_modules/sqlite3/package.json'), 'utf8')) as {
    version: string
  }
  const folder = join(scratch, 'prebuilds')
  mkdirSync(join(folder, 'build/Release'), { recursive: true })
  cpSync(built, join(folder, 'build/Release/node_sqlite3.node'))
  for (const napi of [3, 6]) {
    const name = `sqlite3-v${version}-napi-v${napi}-${process.platform}-${process.arch}.tar.gz`
    // A bare name: a tar that takes `C:` for another machine may come first on PATH.
    execFileSync('tar', ['-czf', name, 'build'], { cwd: folder })
  }
  return { npm_config_sqlite3_local_prebuilds: folder }
}

function folderSize(folder: string): number {
  const bytes = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
  return Math.round(bytes / 1024 / 1024)
}

function step(name: string, work: () => unknown): void {
  const started = performance.now()
  work()
  say(`${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
