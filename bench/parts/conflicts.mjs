import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { kitty } from '../suite/program.mjs'
import { row } from '../suite/measure.mjs'
import { rounds } from '../suite/rounds.mjs'
import { openStore } from '../suite/store.mjs'

const GOAL = { name: 'board with 500 open conflicts, against none', of: 'ratio', atMost: 2 }

/** The cost of open conflicts. Both logs have the same number of events; a conflict is two concurrent moves. */
export async function conflicts({ repositories, env, times, isQuick, say }) {
  const size = isQuick
    ? { events: 1_000, packages: 100, forks: 50 }
    : { events: 100_000, packages: 1_000, forks: 500 }
  const without = repositories.withForks(0, size)
  const forked = repositories.withForks(size.forks, size)
  say(`${size.forks} conflicts`)
  const open = [without, forked].map(({ cwd }) => openConflicts(cwd, env))
  if (open[0] !== 0 || open[1] !== size.forks)
    throw new Error(`the boards show ${open.join(' and ')} conflicts instead of 0 and ${size.forks}`)
  const compared = async (what, works, count, goal) => {
    const [plain, contested] = await rounds({ times: count, contestants: works })
    return row({ what, at: size.events, samples: contested, against: { what: 'none', samples: plain }, goal })
  }
  const both = (work) => [() => void work(without.cwd), () => void work(forked.cwd)]
  const stores = await Promise.all([without, forked].map(({ cwd }) => openStore(cwd)))
  const boards = stores.map(({ status }) => status)
  try {
    const inProcess = boards.map((board) => async () => void (await board.board()))
    const rows = [
      await compared(
        `kitty status --json, ${size.forks} conflicts`,
        both((cwd) => kitty(['status', '--json'], { cwd, env })),
        times,
        GOAL,
      ),
      await compared(`board in process, ${size.forks} conflicts`, inProcess, times),
    ]
    for (const { close } of stores.splice(0)) await close()
    const first = both((cwd) => {
      removeIndex(cwd)
      kitty(['status'], { cwd, env })
    })
    rows.push(
      await compared(
        `first status, index built, ${size.forks} conflicts`,
        first,
        isQuick ? 1 : Math.min(times, 5),
      ),
    )
    return {
      title: 'Conflicts on and off',
      about: [
        `${size.packages.toLocaleString('en')} packages in one feature and ${size.events.toLocaleString('en')} events, with ${size.forks} open conflicts and with none.`,
      ],
      rows,
    }
  } finally {
    for (const { close } of stores) await close()
  }
}

function openConflicts(cwd, env) {
  const { features } = JSON.parse(kitty(['status', '--json'], { cwd, env }))
  return features.reduce((sum, feature) => sum + feature.conflicts.length, 0)
}

function removeIndex(cwd) {
  for (const side of ['', '-wal', '-shm'])
    rmSync(join(cwd, '.kittify', 'events', `index.db${side}`), { force: true })
}
