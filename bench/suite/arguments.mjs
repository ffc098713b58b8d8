import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

const OPTIONS = {
  quick: { type: 'boolean', default: false },
  part: { type: 'string' },
  again: { type: 'boolean', default: false },
  events: { type: 'string' },
  pairs: { type: 'string' },
  folder: { type: 'string', default: tmpdir() },
  out: { type: 'string' },
  help: { type: 'boolean', default: false },
}

/** Parts that install other programs: not in a minute. */
const INSTALLS = ['node-versions', 'peers']

export const USAGE = `npm run bench -- [--quick] [--part A,B [--again]] [--events 0,1000,100000,1000000] [--pairs 21] [--folder DIR] [--out DIR]

--quick    small logs and few runs, in under a minute; printed alone
--part     these parts alone, in the order given; printed, unless --out says where to write
--again    with --part: puts them into the report of the last whole run, with their own date
--events   sizes of the logs
--pairs    runs of each whole process
--folder   where to work: what is measured depends on its file system. Default: the system's temporary folder
--out      where REPORT.md and report.json go. Default, for a whole run: bench
`

/**
 * @param known names of the parts
 * @throws Error naming the mistake in the command line
 */
export function readArguments(argv, known) {
  const { values } = parseArgs({ args: argv, options: OPTIONS })
  const { quick: isQuick, help, part, again: isAgain, events, pairs, folder, out } = values
  if (isAgain && part === undefined) throw new Error('--again needs --part: which parts to measure again')
  const parts =
    part === undefined ? known.filter((name) => !isQuick || !INSTALLS.includes(name)) : part.split(',')
  for (const name of parts)
    if (!known.includes(name)) throw new Error(`there is no part ${name}: it is one of ${known.join(', ')}`)
  const sizes = (events ?? (isQuick ? '0,1000' : '0,1000,100000,1000000')).split(',').map(Number)
  if (!sizes.every((size) => Number.isInteger(size) && (size === 0 || size >= 100)))
    throw new Error(`--events takes 0 and whole numbers from 100 on, such as 0,1000,100000, not ${events}`)
  const times = Number(pairs ?? (isQuick ? 3 : 21))
  if (!Number.isInteger(times) || times < 1) throw new Error(`--pairs takes a whole number, not ${pairs}`)
  const isWhole = !isQuick && part === undefined && events === undefined && pairs === undefined
  const target = out ?? (isWhole || isAgain ? import.meta.dirname.replace(/suite$/, '') : undefined)
  return {
    help,
    isQuick,
    isAgain,
    parts,
    sizes,
    times,
    folder: resolve(folder),
    out: target && resolve(target),
  }
}
