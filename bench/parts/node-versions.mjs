import { join } from 'node:path'
import { install } from '../peers/install.mjs'
import { cacheFolder } from '../suite/folders.mjs'
import { row } from '../suite/measure.mjs'
import { kitty } from '../suite/program.mjs'
import { rounds } from '../suite/rounds.mjs'
import { COMMANDS, pair } from './whole-process.mjs'

/** From npm's package `node`, next to the one that runs the bench. */
const OTHERS = ['22.23.3', '24.21.0']
const WHAT = ['kitty --version', 'kitty status, of one feature', 'tasks move-task']
const EVENTS = 1000

/** The shipped program on other versions of Node, each against a bare start of the same one. */
export async function nodeVersions({ repositories, times, env, say }) {
  const [nodes, missing] = [[{ version: process.versions.node, node: process.execPath }], []]
  for (const version of OTHERS) {
    say(`setting up Node ${version}`)
    const { folder, reason } = await install(cacheFolder(), 'node', version)
    if (folder === undefined) missing.push(`Node ${version} ${reason}`)
    else nodes.push({ version, node: join(folder, 'bin', 'node') })
  }
  const repo = repositories.withEvents(EVENTS)
  const rows = []
  for (const command of COMMANDS.filter(({ what }) => WHAT.includes(what))) {
    say(`${command.what}, on ${nodes.length} versions of Node`)
    for (const { node } of nodes) kitty(['status'], { cwd: repo.cwd, env, node })
    command.before?.(repo, env)
    // An even number of commands a round: a package that moves to and fro is back each time.
    const contestants = nodes.flatMap(({ node }) => {
      const [bare, run] = pair(command, repo, { env, node })
      return [bare, (round) => run(2 * round), (round) => void run(2 * round + 1)]
    })
    const samples = await rounds({ times, contestants })
    rows.push(
      ...nodes.map(({ version }, at) => {
        const [bare, took] = samples.slice(3 * at)
        return row({
          what: `${command.what}, Node ${version}`,
          at: EVENTS,
          samples: took,
          against: { what: 'node -e 0', samples: bare },
        })
      }),
    )
  }
  return {
    title: 'Versions of Node',
    about: [
      'The whole process on other versions of Node, each run next to one of `node -e 0` of the same version.',
      ...missing,
    ],
    rows,
  }
}
