import { row } from '../suite/measure.mjs'
import { McpConnection } from '../suite/mcp-connection.mjs'
import { kitty } from '../suite/program.mjs'
import { rounds } from '../suite/rounds.mjs'

const AT = 100_000
const CALL = {
  name: 'a call of kitty mcp on 100,000 events, in a warm server, in ms',
  of: 'took',
  atMost: 10,
}

/** Each tool as an agent calls it; `given` gets the repository, the round and the place in the stream of events. */
const CALLS = [
  { tool: 'board', given: ({ busy }) => ({ feature: busy.feature }) },
  { tool: 'next', given: () => ({}) },
  { tool: 'show', given: ({ hundred }) => ({ wp: named(hundred) }) },
  {
    tool: 'move',
    given: ({ short }, round) => ({
      wp: named(short),
      to: round % 2 === 0 ? 'doing' : 'planned',
      reason: 'bench',
    }),
  },
  { tool: 'record', given: ({ short }, round) => ({ wp: named(short), note: `note ${round}` }) },
  { tool: 'conflicts', given: () => ({}) },
  { tool: 'history', given: ({ short }) => ({ wp: named(short) }) },
  { tool: 'history', what: 'history, what arrived since', given: (_, __, after) => ({ after }) },
  { tool: 'plan', what: 'plan, check', given: ({ busy }) => ({ check: true, feature: busy.feature }) },
]

const named = ({ feature, id }) => `${feature}/${id}`

/** Calls over stdio of one server process, the first ones not counted. */
export async function mcp({ repositories, sizes, env, isQuick, say }) {
  const at = isQuick ? 1000 : AT
  const rows = []
  if (sizes.includes(at))
    for (const [board, repo] of [
      ['400 packages', repositories.withBoard(at)],
      ['2,000 packages', repositories.withEvents(at)],
    ]) {
      say(`calls of kitty mcp, ${board}`)
      settle(repo, env)
      rows.push(...(await calls(repo, { at, board, env, times: isQuick ? 5 : 50 })))
    }
  return {
    title: 'Calls of kitty mcp',
    about: [
      'Each tool over stdio, in one server, what it writes durable. The goal is for a board of 400 packages.',
    ],
    rows,
  }
}

async function calls(repo, { at, board, env, times }) {
  const connection = await McpConnection.open({ cwd: repo.cwd, env })
  try {
    let { next_after: after } = await connection.call('history', { limit: 1 })
    const samples = await rounds({
      warmUp: 5,
      times,
      contestants: CALLS.map(({ tool, given }) => async (round) => {
        const { next_after } = await connection.call(tool, given(repo, round, after))
        if (next_after !== undefined) after = next_after
      }),
    })
    return CALLS.map(({ tool, what = tool }, nth) =>
      row({
        what: `${what}, ${board}`,
        at,
        samples: samples[nth],
        goal: board.startsWith('400') ? CALL : undefined,
      }),
    )
  } finally {
    await connection.close()
  }
}

/** Brings the package that is moved into the first lane, and the index up to date. */
function settle({ cwd, short }, env) {
  const { lane } = JSON.parse(kitty(['show', named(short), '--json'], { cwd, env })).work_package
  if (lane === 'planned') return
  kitty(['move', named(short), 'planned', '--force', '--reason', 'the bench begins here'], { cwd, env })
}
