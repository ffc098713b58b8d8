/** Three clones of one repository, and what runs in them. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const KITTY = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
const FEATURES = ['login', 'search', 'billing']
const PACKAGES = 8

export class Clone {
  /** Git's verbs take turns in a clone, as one person would run them; kitty's commands run at the same time. */
  #turn = Promise.resolve()

  constructor(root, home) {
    this.root = root
    this.env = {
      PATH: process.env.PATH,
      HOME: home,
      NO_COLOR: '1',
      GIT_AUTHOR_NAME: 'Soak',
      GIT_AUTHOR_EMAIL: 'soak@example.invalid',
      GIT_COMMITTER_NAME: 'Soak',
      GIT_COMMITTER_EMAIL: 'soak@example.invalid',
      GIT_EDITOR: 'true',
    }
  }

  /**
   * Runs the built program.
   * @param who actor and session
   * @param killAfter milliseconds, after which the process is killed
   * @returns exit status (null if killed), the JSON document (undefined if there is none) and what it said
   */
  async kitty(who, args, killAfter) {
    const child = spawn(process.execPath, [KITTY, ...args, '--json'], {
      cwd: this.root,
      env: { ...this.env, KITTY_ACTOR: who.actor, KITTY_SESSION: who.session },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter)
    const said = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'])
      child[name].setEncoding('utf8').on('data', (text) => (said[name] += text))
    const status = await new Promise((resolve) => child.once('close', resolve))
    clearTimeout(timer)
    return { status, document: documentOf(said.stdout), ...said }
  }

  /** A long-running command. */
  start(who, args, stdio = 'ignore') {
    return spawn(process.execPath, [KITTY, ...args], {
      cwd: this.root,
      env: { ...this.env, KITTY_ACTOR: who.actor, KITTY_SESSION: who.session },
      stdio: ['pipe', stdio, stdio],
    })
  }

  git(...args) {
    const ran = spawnSync('git', args, { cwd: this.root, env: this.env, encoding: 'utf8' })
    return { ok: ran.status === 0, text: `${ran.stdout}${ran.stderr}`.trim() }
  }

  mustGit(...args) {
    const { ok, text } = this.git(...args)
    if (!ok) throw new Error(`git ${args.join(' ')} in ${this.root}: ${text}`)
    return text
  }

  inTurn(work) {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }
}

function documentOf(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A bare repository, and three clones of it that know the same features. */
export async function threeClones(folder) {
  const home = join(folder, 'home')
  mkdirSync(home, { recursive: true })
  const names = ['a', 'b', 'c']
  const [first, ...others] = names.map((name) => new Clone(join(folder, name), home))
  const origin = join(folder, 'origin.git')
  mkdirSync(first.root)
  first.mustGit('init', '--quiet', '--bare', '--initial-branch=main', origin)
  first.mustGit('clone', '--quiet', origin, '.')
  first.mustGit('checkout', '--quiet', '-B', 'main')
  const ada = { actor: 'ada', session: 'setup' }
  await must(first, ada, ['init', '--per-writer'])
  for (const [at, name] of FEATURES.entries()) {
    const feature = `00${at + 1}-${name}`
    await must(first, ada, ['agent', 'feature', 'setup-spec', name])
    for (let nth = 1; nth <= PACKAGES; nth += 1) writePackage(first.root, feature, nth)
  }
  await must(first, ada, ['sync'])
  first.mustGit('add', '--all')
  first.mustGit('commit', '--quiet', '--message', 'Begin')
  first.mustGit('push', '--quiet', '--set-upstream', 'origin', 'main')
  for (const clone of others) {
    mkdirSync(clone.root)
    clone.mustGit('clone', '--quiet', origin, '.')
    await must(clone, ada, ['init', '--per-writer'])
  }
  return [first, ...others]
}

async function must(clone, who, args) {
  const { status, stdout, stderr } = await clone.kitty(who, args)
  if (status !== 0) throw new Error(`kitty ${args.join(' ')} ended with ${status}: ${stdout}${stderr}`)
}

function writePackage(root, feature, nth) {
  const id = `WP0${nth}`
  const folder = join(root, 'kitty-specs', feature, 'tasks')
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, `${id}-part.md`),
    `---\nwork_package_id: ${id}\ntitle: Part ${nth} of ${feature}\nlane: planned\nsubtasks: [T001, T002]\n---\n\n# Part ${nth}\n\n- [ ] T001 Begin\n- [ ] T002 End\n`,
  )
}
