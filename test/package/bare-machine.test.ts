import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { POSIX } from '../support/posix.js'

const NEEDED = ['node', 'npm', 'git', 'sh', 'env']
const MIB = 1024 * 1024

// A folder of links is its PATH, which Windows lets few users make.
describe.skipIf(!POSIX)('a machine with node and git, and no compiler, python or prebuilt SQLite', () => {
  it('gets a kitty that works, of at most 60 MiB and 150 packages', () => {
    const scratch = mkdtempSync(join(inject('installation').scratch, 'bare-'))
    const bin = join(scratch, 'bin')
    mkdirSync(bin)
    for (const name of NEEDED)
      symlinkSync(realpathSync(execFileSync('which', [name], { encoding: 'utf8' }).trim()), join(bin, name))
    const prefix = join(scratch, 'prefix')
    const env = {
      ...process.env,
      PATH: bin,
      npm_config_prefer_offline: 'true',
      npm_config_sqlite3_binary_host: 'http://127.0.0.1:1/',
    }
    const tarball = inject('installation').tarball
    execFileSync('npm', ['install', '-g', '--prefix', prefix, '--loglevel=error', tarball], { env })
    const files = readdirSync(prefix, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
    const packages = files.filter((file) => /node_modules\/(@[^/]+\/)?[^/@]+\/package\.json$/.test(file))
    expect(packages.length).toBeLessThanOrEqual(150)
    expect(files.reduce((sum, file) => sum + statSync(file).size, 0) / MIB).toBeLessThanOrEqual(60)
    expect(packages.filter((file) => /\/(sqlite3|typeorm|yarn|npm)\/package\.json$/.test(file))).toEqual([])

    const repository = join(scratch, 'repository')
    execFileSync('git', ['init', '--quiet', repository])
    const kitty = (...args: string[]): string =>
      execFileSync(join(prefix, 'bin', 'kitty'), args, {
        cwd: repository,
        encoding: 'utf8',
        env: { ...env, HOME: scratch, KITTY_ACTOR: 'ada' },
        stdio: ['ignore', 'pipe', 'ignore'],
      })
    kitty('init')
    kitty('agent', 'feature', 'setup-spec', 'login')
    expect(kitty('status')).toContain('001-login')
  })
})
