import { bareNode, kitty } from '../suite/program.mjs'
import { row } from '../suite/measure.mjs'
import { rounds } from '../suite/rounds.mjs'

/** The log against which we check whether a command's cost grows with the log. */
const SMALL_LOG = 100
/** A log with as many packages as the largest one, and no other events. */
const PACKAGES_ONLY = '2,000 packages just created'
const FLAT = { name: 'flat: 1,000,000 events against 100', of: 'ratio', atMost: 1.3 }
const TWICE_NODE = { name: 'move-task and status, whole process, against bare node', of: 'ratio', atMost: 2 }
const VERSION = { name: '--version, whole process, against bare node', of: 'ratio', atMost: 1.5 }

const inFeature = ({ feature }) => ['--feature', feature]

/** @type what is measured; `args` is called with the repository and the round */
export const COMMANDS = [
  { what: 'kitty --version', args: () => ['--version'], goal: VERSION },
  { what: 'kitty status', args: () => ['status'], goal: TWICE_NODE, isFlat: true },
  {
    what: 'kitty status, of one feature',
    args: ({ busy }) => ['status', ...inFeature(busy)],
    goal: TWICE_NODE,
    isFlat: true,
  },
  { what: 'tasks list', args: ({ busy }) => ['agent', 'tasks', 'list', ...inFeature(busy)] },
  {
    what: 'tasks show, of at most 5 events',
    args: ({ short }) => ['agent', 'tasks', 'show', short.id, ...inFeature(short)],
    isFlat: true,
  },
  {
    what: 'tasks show, of a package’s whole share of the log',
    args: ({ long }) => ['agent', 'tasks', 'show', long.id, ...inFeature(long)],
  },
  { what: 'tasks ready', args: ({ busy }) => ['agent', 'tasks', 'ready', ...inFeature(busy)], isFlat: true },
  {
    what: 'tasks move-task',
    args: ({ busy }, round) => moveArgs(busy, round % 2 === 0 ? 'doing' : 'planned'),
    before: settle,
    goal: TWICE_NODE,
    isFlat: true,
  },
  {
    what: 'tasks note (one plain event)',
    args: ({ busy }, round) => ['agent', 'tasks', 'note', busy.id, `note ${round}`, ...inFeature(busy)],
    isFlat: true,
  },
  { what: 'events list --limit 20', args: () => ['agent', 'events', 'list', '--limit', '20'] },
]

/** The shipped program from start to end, each run next to one of a bare `node -e 0`. */
export async function wholeProcess({ repositories, sizes, times, env, say, isQuick }) {
  const repos = [...new Set([...sizes, SMALL_LOG])]
    .sort((a, b) => a - b)
    .map((events) => ({ at: events, repo: repositories.withEvents(events) }))
  if (!isQuick) repos.push({ at: PACKAGES_ONLY, repo: repositories.withPackagesOnly() })
  for (const { repo } of repos) kitty(['status'], { cwd: repo.cwd, env })
  const rows = []
  for (const command of COMMANDS) {
    say(command.what)
    rows.push(...(await measured(command, repos, { times, env })))
  }
  return {
    title: 'Whole process',
    about: [
      'The shipped program from its start to its end, what it writes durable, each run next to one of `node -e 0` in the same folder. A work package of each log is written again and again.',
      '0 events is a repository that was just set up, with three packages. The others have up to 2,000 packages in features of 20.',
    ],
    rows,
  }
}

async function measured({ what, args, before, goal, isFlat }, repos, { times, env }) {
  for (const { repo } of repos) before?.(repo, env)
  const turns = comparedLast(repos)
  const contestants = turns.flatMap(({ repo }) => pair({ args }, repo, { env }))
  const samples = await rounds({ times, contestants })
  const of = new Map(
    turns.map(({ at }, nth) => [at, { bare: samples[2 * nth], kitty: samples[2 * nth + 1] }]),
  )
  const rows = repos.map(({ at }) => {
    const { bare, kitty: took } = of.get(at)
    return row({ what, at, samples: took, against: { what: 'node -e 0', samples: bare }, goal })
  })
  return [...rows, ...flatness({ what, isFlat }, repos, (at) => of.get(at).kitty)]
}

/** A bare Node, and the command in that repository. @param options the environment, and which Node if another one */
export function pair({ args }, repo, options) {
  const all = { cwd: repo.cwd, ...options }
  return [() => void bareNode(all), (round) => void kitty(args(repo, round), all)]
}

/** Puts the repositories that we compare next to each other, since the machine's speed fluctuates. */
function comparedLast(repos) {
  const compared = [SMALL_LOG, greatest(repos), PACKAGES_ONLY]
  const place = ({ at }) => compared.indexOf(at)
  return [...repos].sort((a, b) => place(a) - place(b))
}

function greatest(repos) {
  return Math.max(...repos.map(({ at }) => at).filter((at) => typeof at === 'number'))
}

/**
 * Compares with a small log and with one of as many packages: the difference between the two is the cost of packages.
 */
function flatness({ what, isFlat }, repos, samplesAt) {
  const at = greatest(repos)
  if (at === SMALL_LOG) return []
  const name = FLAT.name.replace('1,000,000', at.toLocaleString('en'))
  const compared = (other, label, goal) => {
    const against = { what: label, samples: samplesAt(other) }
    return row({ what: `${what}, flat`, at, samples: samplesAt(at), against, goal })
  }
  return [
    compared(SMALL_LOG, `the same with ${SMALL_LOG} events`, isFlat ? { ...FLAT, name } : undefined),
    ...(repos.some((one) => one.at === PACKAGES_ONLY)
      ? [compared(PACKAGES_ONLY, `the same with ${PACKAGES_ONLY}`)]
      : []),
  ]
}

function moveArgs({ feature, id }, lane) {
  return ['agent', 'tasks', 'move-task', id, '--to', lane, '--feature', feature]
}

/** Brings the package that moves back and forth into a lane from which both moves are legal, held by this actor. */
function settle({ cwd, busy }, env) {
  const args = [...moveArgs(busy, 'planned'), '--force', '--reason', 'the bench begins here', '--json']
  const isThere = ['agent', 'tasks', 'show', busy.id, ...inFeature(busy), '--json']
  const { lane } = JSON.parse(kitty(isThere, { cwd, env })).work_package
  if (lane !== 'planned') kitty(args, { cwd, env })
}
