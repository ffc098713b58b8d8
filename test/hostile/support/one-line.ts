import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { keptFolder } from '../../support/temp-folder.js'
import { gitIn } from '../../support/temp-repository.js'
import { gitWithInput, type Victim } from './victim.js'

const MEGABYTE = 1024 * 1024
const FILL = '{"event_id":"x'

const stored = new Map<string, Promise<{ blob: string; file: string }>>()

/** A blob whose size is one long line of this many megabytes. Before it, `first`. */
async function store(megabytes: number, first: string): Promise<{ blob: string; file: string }> {
  const folder = keptFolder()
  gitIn(folder, 'init', '--quiet')
  const git = spawn('git', ['-c', 'core.compression=1', 'hash-object', '-w', '--stdin'], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const answer = new Promise<string>((resolve) => {
    let text = ''
    git.stdout.on('data', (part: Buffer) => (text += part.toString()))
    git.on('close', () => resolve(text.trim()))
  })
  const chunk = Buffer.alloc(MEGABYTE, FILL)
  git.stdin.write(first)
  for (let at = 0; at < megabytes; at += 1) if (!git.stdin.write(chunk)) await once(git.stdin, 'drain')
  git.stdin.end('\n')
  const blob = await answer
  return { blob, file: join(folder, '.git', objectOf(blob)) }
}

function objectOf(id: string): string {
  return join('objects', id.slice(0, 2), id.slice(2))
}

/**
 * Commits a file with one long line as a branch, without a work tree that holds it.
 * @param first lines before it
 * @param parent the commit it follows
 */
export async function branchWithOneLine(
  victim: Victim,
  path: string,
  megabytes: number,
  { branch = 'big', first = '', parent = 'HEAD' } = {},
): Promise<void> {
  const key = `${megabytes}\n${first}`
  const known = stored.get(key) ?? store(megabytes, first)
  stored.set(key, known)
  const { blob, file } = await known
  const object = victim.path('.git', objectOf(blob))
  mkdirSync(dirname(object), { recursive: true })
  copyFileSync(file, object)
  const env = { GIT_INDEX_FILE: victim.path('.git', 'attack-index') }
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: victim.root, encoding: 'utf8', env: { ...process.env, ...env } }).trim()
  git('read-tree', parent)
  // It may take the place of a folder.
  git('rm', '-r', '--quiet', '--cached', '--ignore-unmatch', '--', path)
  git('update-index', '--add', '--cacheinfo', `100644,${blob},${path}`)
  const eve = ['-c', 'user.name=eve', '-c', 'user.email=eve@example.org']
  const commit = gitWithInput(victim.root, 'big', ...eve, 'commit-tree', git('write-tree'), '-p', parent)
  victim.git('branch', '--force', branch, commit)
  rmSync(env.GIT_INDEX_FILE)
}
