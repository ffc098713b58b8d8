import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { arch, availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './built.mjs'

/** File systems whose fsync does not reach a disk. */
const IN_MEMORY = ['tmpfs', 'ramfs']

/** What was measured, and on which machine. Contains nothing that identifies its owner. */
export function machine(folder) {
  const [processor] = cpus()
  const filesystem = filesystemOf(folder)
  return {
    processor: processor?.model ?? 'unknown',
    cores: availableParallelism(),
    memory_gb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()} ${arch()}`,
    filesystem,
    fsync: IN_MEMORY.includes(filesystem)
      ? 'free: the folder lies in memory (name one on a disk with --folder)'
      : 'reaches what the machine calls its disk',
    // The average of the last minute: other load when the bench began.
    load_at_start: Number(loadavg()[0].toFixed(2)),
  }
}

export function versions() {
  const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  // sqlite3 may be missing where kitty is installed, and TypeORM is a part of the bundle.
  const packages = { ...own.devDependencies, ...own.optionalDependencies, ...own.dependencies }
  const { sqlite3, typeorm, inversify, '@oclif/core': oclif } = packages
  return {
    kitty: own.version,
    commit: commit(),
    node: process.version,
    npm: said('npm', ['--version']),
    git: said('git', ['--version'])?.replace('git version ', ''),
    sqlite3_shell: said('sqlite3', ['--version'])?.split(' ')[0],
    sqlite3,
    typeorm,
    inversify,
    '@oclif/core': oclif,
  }
}

function commit() {
  const id = said('git', ['-C', ROOT, 'rev-parse', '--short=12', 'HEAD'])
  // Excludes bench/: the report is written into the tree that it measures.
  const changed = said('git', ['-C', ROOT, 'status', '--porcelain', '--', '.', ':!bench'])
  return id === undefined ? 'unknown' : `${id}${changed ? ' and changes that are not committed' : ''}`
}

/** `df --output` is GNU's; elsewhere the type stays unknown. */
function filesystemOf(folder) {
  return said('df', ['--output=fstype', folder])?.split('\n')[1]?.trim() ?? 'unknown'
}

function said(file, args) {
  const ran = spawnSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return ran.status === 0 ? ran.stdout.trim() : undefined
}
