/** What runs concurrently: agents that take and finish packages, people who edit files and use git, and servers. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'

/** Refused by the rules, or because someone else was faster: what a command may say to an agent that did nothing wrong. */
const REFUSED = new Set([1, 4, 6])

/** One agent: takes a package, works on it, hands it over. Sometimes its command is killed. */
export async function agent(nth, clone, { until, random, record }) {
  const who = { actor: `agent-${nth}`, session: `session-${nth}` }
  const run = async (args) => {
    const killAfter = random() < 0.04 ? 20 + random() * 300 : undefined
    const ran = await clone.kitty(who, args, killAfter)
    record.ran(clone, who, args, ran)
    return ran
  }
  for (let step = 0; Date.now() < until; step += 1) {
    const { status, document } = await run(['next', '--claim'])
    const taken = status === 0 ? document?.claimed : undefined
    if (!taken) {
      if (status === 0) await run(['new', `Found by agent ${nth}, step ${step}`, '--feature', 'login'])
      await pause(500 + random() * 1000)
      continue
    }
    const name = `${taken.feature}/${taken.work_package}`
    record.holds(clone, who, name)
    const text = `note ${nth} ${step}`
    const noted = await run(['note', name, text])
    if (noted.status === 0) record.noted(clone, text)
    await run(['tick', name, 'T001'])
    record.leaves(clone, name)
    await run(endings(name)[Math.floor(random() * endings(name).length)])
  }
}

/** The ways in which an agent is done with a package. */
function endings(name) {
  return [
    ['done', name],
    ['review', name],
    ['release', name, '--reason', 'soak'],
    ['move', name, 'planned'],
  ]
}

/** A person: edits definitions, looks at the board, commits, merges and pushes. */
export async function person(actor, clone, { until, random, record }) {
  const who = { actor, session: `at-${actor}` }
  for (let step = 0; Date.now() < until; step += 1) {
    editTitle(clone.root, random, `Part, as ${actor} says in step ${step}`)
    record.ran(clone, who, ['sync'], await clone.kitty(who, ['sync']))
    record.ran(clone, who, ['status'], await clone.kitty(who, ['status']))
    await clone.inTurn(() => gitStep(clone, random, `${actor}-${step}`, record))
    await pause(1000 + random() * 2000)
  }
}

function editTitle(root, random, title) {
  const specs = join(root, 'kitty-specs')
  const features = readdirSync(specs)
  const tasks = join(specs, features[Math.floor(random() * features.length)], 'tasks')
  const files = readdirSync(tasks).filter((name) => name.endsWith('.md'))
  const path = join(tasks, files[Math.floor(random() * files.length)])
  try {
    writeFileSync(path, readFileSync(path, 'utf8').replace(/^title: .*$/m, `title: ${title}`))
  } catch (error) {
    // Git has just taken it away.
    if (error.code !== 'ENOENT') throw error
  }
}

async function gitStep(clone, random, name, record) {
  record.moved(clone)
  commit(clone, name)
  const dice = random()
  if (dice < 0.15) {
    // A branch that goes on for a commit and comes back by a merge.
    const branch = `work-${name}`
    clone.git('checkout', '--quiet', '-b', branch)
    await pause(300)
    commit(clone, `on ${branch}`)
    clone.git('checkout', '--quiet', 'main')
    settle(clone, clone.git('merge', '--quiet', '--no-ff', '--no-edit', branch), record)
  } else if (dice < 0.3) clone.git('stash', 'push', '--quiet') && clone.git('stash', 'pop', '--quiet')
  const isRebase = random() < 0.3
  settle(clone, clone.git('pull', '--quiet', isRebase ? '--rebase' : '--no-rebase', '--no-edit'), record)
  const pushed = clone.git('push', '--quiet', 'origin', 'main')
  record.git(pushed.ok ? 'pushed' : 'not pushed')
  record.moved(clone)
}

export function commit(clone, name) {
  clone.git('add', '--all', '.kittify', 'kitty-specs')
  clone.git('commit', '--quiet', '--message', name)
}

/** A conflict in a file of prose is settled by taking one side, as a person in a hurry would; the log never has one. */
export function settle(clone, { ok, text }, record) {
  if (ok) return
  const unmerged = clone.git('diff', '--name-only', '--diff-filter=U').text.split('\n').filter(Boolean)
  record.conflicts(clone, unmerged, text)
  for (const path of unmerged)
    if (!clone.git('checkout', '--theirs', '--', path).ok) clone.git('rm', '--quiet', '--', path)
  clone.git('add', '--all', '.kittify', 'kitty-specs')
  if (!clone.git('-c', 'core.editor=true', 'rebase', '--continue').ok)
    clone.git('commit', '--quiet', '--no-edit')
  if (clone.git('status', '--porcelain=v2', '--branch').text.includes('(detached)'))
    clone.git('rebase', '--abort')
}

/** `watch`, `web` and `mcp`, which run all the time and must not grow. */
export function servers([a, b, c]) {
  const who = { actor: 'looker', session: 'all-day' }
  const processes = {
    'watch in a': a.start(who, ['watch', '--format', 'jsonl']),
    'web in a': a.start(who, ['web', '--read-only']),
    'watch in c': c.start(who, ['watch']),
    'mcp in b': b.start(who, ['mcp'], 'pipe'),
  }
  const mcp = processes['mcp in b']
  mcp.stderr.resume()
  createInterface({ input: mcp.stdout }).on('line', () => undefined)
  const send = (message) => mcp.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  send({
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'soak', version: '1' } },
  })
  send({ method: 'notifications/initialized' })
  let id = 0
  const timer = setInterval(() => {
    for (const name of ['board', 'next', 'conflicts'])
      send({ id: (id += 1), method: 'tools/call', params: { name, arguments: {} } })
  }, 2_000)
  return {
    processes,
    stop: async () => {
      clearInterval(timer)
      const children = Object.values(processes)
      const ended = Promise.all(
        children.map((child) => child.exitCode ?? new Promise((done) => child.once('close', done))),
      )
      for (const child of children) child.kill('SIGTERM')
      await ended
    },
  }
}

export { REFUSED }
