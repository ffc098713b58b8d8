import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { row } from '../suite/measure.mjs'
import { tied } from '../suite/folders.mjs'
import { KITTY, kitty } from '../suite/program.mjs'
import { rounds } from '../suite/rounds.mjs'

const AT = 100_000
const FIRST_FRAME = {
  name: 'kitty board of 400 packages and 100,000 events, first frame in ms',
  of: 'took',
  atMost: 150,
}
/** Of util-linux: runs a command in a terminal of its own. */
const SCRIPT = '/usr/bin/script'
const PATIENCE_MS = 20_000

/** From the start of the process to the first frame that shows packages, next to what a bare node takes in a terminal. */
export async function boardFrame({ repositories, sizes, env, times, isQuick, say }) {
  const at = isQuick ? 1000 : AT
  const rows = []
  const canShow = process.platform === 'linux' && existsSync(SCRIPT)
  if (sizes.includes(at) && canShow) {
    say('kitty board, first frame')
    const repo = repositories.withBoard(at)
    kitty(['status'], { cwd: repo.cwd, env })
    const options = { cwd: repo.cwd, env: { ...env, TERM: 'xterm', COLUMNS: '120', LINES: '40' } }
    const [bare, board] = await rounds({
      times,
      contestants: [
        () => untilSeen(`'${process.execPath}' -e 'console.log("WP01")'`, options),
        () => untilSeen(`'${process.execPath}' '${KITTY}' board`, options),
      ],
    })
    const against = { what: 'bare node', samples: bare }
    rows.push(row({ what: 'kitty board, first frame', at, samples: board, against, goal: FIRST_FRAME }))
  }
  return {
    title: 'The board in a terminal',
    about: [
      'From the start of the process to the first frame that shows packages, on a board of 400, each run next to one of `node -e` that prints a word in such a terminal.',
      ...(canShow ? [] : [`Not measured: it needs ${SCRIPT} of Linux.`]),
    ],
    rows,
  }
}

/** @returns milliseconds until the terminal shows a package */
function untilSeen(command, { cwd, env }) {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const child = tied(
      spawn(
        SCRIPT,
        ['--quiet', '--return', '--command', `stty rows 40 columns 120; exec ${command}`, '/dev/null'],
        {
          cwd,
          env,
          stdio: ['pipe', 'pipe', 'inherit'],
        },
      ),
    )
    let text = ''
    let took
    const patience = setTimeout(() => child.kill(), PATIENCE_MS)
    child.stdout.on('data', (bytes) => {
      text = `${text.slice(-10)}${bytes.toString()}`
      if (took !== undefined || !text.includes('WP01')) return
      took = performance.now() - started
      child.stdin.write('q')
    })
    child.once('exit', () => {
      clearTimeout(patience)
      if (took === undefined) reject(new Error(`no package was shown by ${command}`))
      else resolve(took)
    })
  })
}
