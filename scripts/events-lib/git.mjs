import { spawnSync } from 'node:child_process'

/** Variables that would point git at a different repository, index or object store. */
const STRAY = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_PREFIX',
]

/**
 * Runs git and returns the outcome.
 * @param {string} folder @param {readonly string[]} args @param {Record<string, string>} [env]
 * @returns {{ok: boolean, stdout: string, stderr: string}}
 */
export function tryGit(folder, args, env = {}) {
  const surroundings = { ...process.env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_NO_REPLACE_OBJECTS: '1' }
  for (const name of STRAY) delete surroundings[name]
  const done = spawnSync('git', args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...surroundings, ...env },
    maxBuffer: 64 << 20,
  })
  if (done.error) throw done.error
  return { ok: done.status === 0, stdout: done.stdout.trim(), stderr: done.stderr.trim() }
}

/** Like `tryGit`, when a failure is a defect rather than an answer. */
export function git(folder, args, env) {
  const done = tryGit(folder, args, env)
  if (!done.ok) throw new Error(`git ${args.join(' ')}: ${done.stderr}`)
  return done.stdout
}

/** The tree of `commit` at `path`, or undefined. @param {string} folder a repository */
export function treeAt(folder, commit, path) {
  const done = tryGit(folder, ['rev-parse', '--quiet', '--verify', `${commit}:${path}`])
  return done.ok ? done.stdout : undefined
}

/** @param {string} folder a repository */
export function hasCommit(folder, commit) {
  return tryGit(folder, ['cat-file', '-e', `${commit}^{commit}`]).ok
}
