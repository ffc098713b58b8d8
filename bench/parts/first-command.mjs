import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { row } from '../suite/measure.mjs'
import { kitty, run } from '../suite/program.mjs'
import { rounds } from '../suite/rounds.mjs'

const FIRST = {
  name: 'first command in a fresh clone of 100,000 events, in ms',
  of: 'took',
  atMost: 3_000,
}
const HEADS = { name: 'a package with 10,000 concurrent moves, a command in ms', of: 'took', atMost: 2_000 }

/** What a command costs where it meets a log for the first time, and where a package has very many heads. */
export async function firstCommand({ repositories, folder, env, isQuick, times: asked, say }) {
  const at = isQuick ? 1_000 : 100_000
  const heads = isQuick ? 100 : 10_000
  const times = isQuick ? 1 : Math.min(asked, 7)
  const source = repositories.withEvents(at)
  const clone = join(folder, 'clone')
  commitAll(source.cwd, env)
  say(`the first command in a clone of ${at} events`)
  const [first] = await rounds({
    warmUp: 1,
    times,
    contestants: [
      () => {
        rmSync(clone, { recursive: true, force: true })
        run('git', ['clone', '-q', '--no-hardlinks', source.cwd, clone], { cwd: folder, env })
        const began = performance.now()
        kitty(['status'], { cwd: clone, env })
        return performance.now() - began
      },
    ],
  })
  rmSync(clone, { recursive: true, force: true })
  const contested = repositories.withHeads(heads)
  const options = { cwd: contested.cwd, env }
  kitty(['status'], options)
  say(`a package with ${heads} heads`)
  const { feature, id } = contested.packages[0]
  const [status, note] = await rounds({
    warmUp: 1,
    times,
    contestants: [
      () => void kitty(['status'], options),
      (round) => void kitty(['agent', 'tasks', 'note', id, `note ${round}`, '--feature', feature], options),
    ],
  })
  return {
    title: 'First commands, and many heads',
    about: [
      `The first \`status\` in a fresh \`git clone\`, which builds the index; and commands where one package has ${heads.toLocaleString('en')} concurrent moves. The first note there joins them.`,
    ],
    rows: [
      row({ what: 'kitty status, first in a clone', at, samples: first, goal: FIRST }),
      row({ what: 'kitty status, many heads', at: heads, samples: status, goal: HEADS }),
      row({ what: 'tasks note, many heads', at: heads, samples: note, goal: HEADS }),
    ],
  }
}

function commitAll(cwd, env) {
  run('git', ['add', '--all'], { cwd, env })
  const who = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.invalid']
  run('git', [...who, 'commit', '-qm', 'The log', '--allow-empty'], { cwd, env })
}
