import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { install } from '../peers/install.mjs'
import { BUN, TOOLS } from '../peers/tools.mjs'
import { cacheFolder } from '../suite/folders.mjs'
import { row, summary } from '../suite/measure.mjs'
import { bareNode, KITTY, run, start } from '../suite/program.mjs'
import { rounds } from '../suite/rounds.mjs'

const ITEMS = 1_000
const PARALLEL = 16
const CHARACTERS_A_TOKEN = 4
/** The slowest tool takes more than a second each time. */
const MOST_TIMES = 9

/** The same work with other tools that keep their items in a repository, in turns with kitty. */
export async function peers({ folder, env, isQuick, times: asked, say }) {
  const items = isQuick ? 50 : ITEMS
  const times = Math.min(asked, MOST_TIMES)
  const ready = []
  const left = []
  for (const tool of TOOLS) {
    say(`setting up ${tool.name} with ${items} items`)
    const set = await setUp(tool, { folder, env, items }).catch((error) => ({ reason: firstLine(error) }))
    if (set.reason === undefined) ready.push(set)
    else left.push({ tool: tool.name, version: tool.version, reason: set.reason })
  }
  const took = {}
  for (const work of ['create', 'move', 'list']) {
    say(`${work}, by ${ready.map(({ tool }) => tool.name).join(', ')}`)
    const contestants = ready.map((one) => (round) => void one[work](round))
    const samples = await rounds({
      warmUp: 1,
      times,
      contestants: [() => void bareNode({ cwd: folder, env }), ...contestants],
    })
    took[work] = samples.map(summary)
  }
  const loops = await agentLoops(
    ready.filter(({ tool }) => tool.loop !== undefined),
    { times, say },
  )
  const tools = []
  for (const [at, one] of ready.entries()) {
    say(`${PARALLEL} concurrent creates, ${one.tool.name}`)
    const { name, runsOn, moves } = one.tool
    tools.push({
      tool: name,
      version: one.tool.version,
      runs_on: runsOn,
      moves,
      create: took.create[at + 1],
      move: took.move[at + 1],
      list: took.list[at + 1],
      parallel: await parallelCreates(one, folder),
    })
  }
  return {
    title: 'Other tools, same work',
    about: [
      `Each in a git repository of its own with ${items.toLocaleString('en')} items, in turns, ${times} times each after one to warm up; then ${PARALLEL} concurrent processes that create an item each. Kept: items that the tool’s own list shows afterwards, each under an id that no other has. kitty’s item is a work package, made by \`kitty new\`: its file and its events.`,
      'What is durable differs: kitty waits until the event is on disk.',
      'An agent’s loop is what it types from finding work to handing it over: what is there to do, what does one item say, take it, note something, be done. Time is that of all its commands; a token is four characters of what they print.',
    ],
    rows: loops,
    peers: { bare_node: took.create[0], parallel: PARALLEL, tools, left },
  }
}

/** The whole loop of each tool in turns, in time and in tokens, against kitty's. */
async function agentLoops(ready, { times, say }) {
  say(`an agent's loop, by ${ready.map(({ tool }) => tool.name).join(', ')}`)
  const tokens = ready.map(() => [])
  const contestants = ready.map(({ loop }, at) => (round) => {
    const said = loop(round)
    if (round > 0) tokens[at].push(Math.ceil(said.length / CHARACTERS_A_TOKEN))
  })
  const took = await rounds({ warmUp: 1, times, contestants })
  return ready.flatMap(({ tool, commands }, at) =>
    [
      { unit: 'ms', of: took },
      { unit: 'tokens', of: tokens },
    ].map(({ unit, of }) =>
      row({
        what: `an agent’s loop with ${tool.name}, ${commands} commands`,
        unit,
        samples: of[at],
        against: at === 0 ? undefined : { what: ready[0].tool.name, samples: of[0] },
      }),
    ),
  )
}

/**
 * Sets up a tool in its own repository with `items` items.
 * @returns functions that run the tool, or `{ reason }`
 */
async function setUp(tool, { folder, env, items }) {
  const command = await commandOf(tool)
  if (command.reason !== undefined) return command
  const cwd = join(folder, 'peers', tool.name.replaceAll(/^\W+|[^\w.]/g, ''))
  mkdirSync(cwd, { recursive: true })
  const options = { cwd, env }
  run('git', ['init', '-q', '-b', 'main'], options)
  for (const [key, value] of [
    ['user.name', 'bench'],
    ['user.email', 'bench@example.invalid'],
  ])
    run('git', ['config', key, value], options)
  run('git', ['commit', '-q', '--allow-empty', '-m', 'Begin'], options)
  const ask = (args) => run(command.file, [...command.before, ...args], options)
  const listed = () => tool.items(ask(tool.list))
  let count = 0
  const created = (title) => {
    count += 1
    return tool.create(title)
  }
  for (const args of tool.init) ask(args)
  ask(created('item 1'))
  if (tool.fillOneByOne) while (count < items) ask(created(`item ${count + 1}`))
  else for (const args of tool.fill(cwd, items) ?? []) ask(args)
  count = items
  const found = listed()
  if (found.length !== items) return { reason: `shows ${found.length} of ${items} items` }
  let moved = 0
  const move = () => ask(tool.move(moved++, cwd, found[0]))
  // Finds tools that do not run, and leaves them out before they can end the others' rounds.
  ask(created('trial'))
  move()
  return {
    tool,
    listed,
    create: (round) => ask(created(`more ${round}`)),
    move,
    list: () => ask(tool.list),
    ...(tool.loop === undefined ? {} : loopOf(tool.loop, { ask, listed })),
    begin: (title) => start(command.file, [...command.before, ...created(title)], options),
  }
}

/** @returns a function that runs the loop on another item each time and gives what it printed, and its number of commands */
function loopOf({ find, pick, work }, { ask, listed }) {
  const items = listed()
  return {
    commands: 1 + work('').length,
    loop: (turn) => {
      const found = ask(find)
      return (
        found +
        work(pick(found, items, turn))
          .map(ask)
          .join('')
      )
    },
  }
}

async function commandOf(tool) {
  if (tool.name === 'kitty') return { file: process.execPath, before: [KITTY] }
  const cache = cacheFolder()
  const installed = await install(cache, tool.name, tool.version)
  if (installed.reason !== undefined) return installed
  const bin = join(installed.folder, tool.bin)
  if (tool.runsOn === 'node') return { file: process.execPath, before: [bin] }
  const bun = await install(cache, BUN.name, BUN.version)
  if (bun.reason !== undefined) return { reason: `needs bun, which ${bun.reason}` }
  return { file: join(bun.folder, BUN.bin), before: [bin] }
}

async function parallelCreates({ listed, begin }, folder) {
  const titles = Array.from({ length: PARALLEL }, (_, nth) => `parallel ${nth + 1}`)
  const before = new Set(listed().map(({ id }) => id))
  const started = performance.now()
  const ended = await Promise.all(titles.map(begin))
  const ms = performance.now() - started
  const after = listed().filter(({ id, title }) => titles.includes(title) && !before.has(id))
  const failed = ended.filter(({ status }) => status !== 0)
  return {
    said_done: ended.length - failed.length,
    shown: after.length,
    kept: new Set(after.map(({ id }) => id)).size,
    refused: failed.length === 0 ? undefined : lastWords(failed[0]).replaceAll(folder, '…'),
    ms,
  }
}

function lastWords({ status, stderr, stdout }) {
  return `${status}: ${`${stderr}${stdout}`.trim().split('\n')[0]}`
}

function firstLine(error) {
  const [line] = error.message.replace(/^.* ended with \S+: /s, '').split('\n')
  return `does not run here: ${line.replace(/^Error: /, '').slice(0, 200)}`
}
