import { row } from '../suite/measure.mjs'
import { rounds } from '../suite/rounds.mjs'
import { kitty } from '../suite/program.mjs'
import { openStore } from '../suite/store.mjs'

const HISTORY = { name: 'one entity of 1,000,000 events, in process, in ms', of: 'took', atMost: 2 }
const BOARD = {
  name: 'board of 2,000 packages from 1,000,000 events, in process, in ms',
  of: 'took',
  atMost: 10,
}

/** Reads through the services, without process start; each read stats the log's files first, as always. */
export async function inProcess({ repositories, sizes, env, isQuick, say }) {
  const rows = []
  for (const at of sizes.filter((events) => events >= 1000)) {
    say(`reads in process, ${at} events`)
    const repo = repositories.withEvents(at)
    kitty(['status'], { cwd: repo.cwd, env })
    rows.push(...(await reads(repo, at, isQuick ? 10 : 50)))
  }
  return {
    title: 'Reads, in process',
    about: ['Through the services of the built program, in one process that has its store open.'],
    rows,
  }
}

async function reads({ cwd, packages, hundred, long }, at, times) {
  const { store, status, close } = await openStore(cwd)
  try {
    const history = async ({ feature, id }) => (await store.history(feature, id)).length
    const isGoal = at === 1_000_000
    const lengths = { hundred: await history(hundred), long: await history(long) }
    const reading = [
      {
        what: `history of one package, ${lengths.hundred} events`,
        run: () => history(hundred),
        goal: HISTORY,
      },
      { what: `history of one package, ${lengths.long} events`, run: () => history(long) },
      {
        what: `board of ${packages.length.toLocaleString('en')} packages`,
        run: () => status.board(),
        goal: BOARD,
      },
      { what: 'board of one feature', run: () => status.board(long.feature) },
    ]
    const samples = await rounds({
      times,
      contestants: reading.map(
        ({ run }) =>
          async () =>
            void (await run()),
      ),
    })
    return reading.map(({ what, goal }, nth) =>
      row({ what, at, samples: samples[nth], goal: isGoal ? goal : undefined }),
    )
  } finally {
    await close()
  }
}
