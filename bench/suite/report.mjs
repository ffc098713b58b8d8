/** Renders the report, as pure functions from results to Markdown. */
import { goalsOf, judged } from './measure.mjs'

/** @param notes hand-written notes on missed goals, included verbatim */
export function markdown(result, notes) {
  const rows = result.parts.flatMap((part) => part.rows ?? [])
  const sections = [
    '# How fast kitty is',
    'Written by `npm run bench`. Compare within a table: medians of runs that took turns on one machine.',
    ...facts(result),
    ...goals(goalsOf(rows), notes),
    ...result.parts.flatMap(section),
    '## Again',
    AGAIN,
  ]
  return `${sections.join('\n\n')}\n`
}

const AGAIN = `\`npm run bench\` measures everything and writes this page and \`report.json\`. Parts of it, printed and not written:

\`\`\`sh
npm run bench -- --quick                          # a minute, as CI does
npm run bench -- --part emit,rebuild              # these parts alone
npm run bench -- --part peers --again             # written into the report of the last whole run
npm run bench -- --events 0,1000,100000           # these log sizes
npm run bench -- --folder /mnt/disk --out /tmp/b  # worked in and written elsewhere
\`\`\`

What is kept by hand about goals that were missed: \`NOTES.md\` beside this page.`

function facts({ date, seconds, machine, versions, command }) {
  const { load_at_start, cores } = machine
  const lines = [
    `Measured ${date}, in ${Math.round(seconds)} s, by \`${command}\`, of commit ${versions.commit}.`,
    `Machine: ${machine.processor}, ${cores} cores, ${machine.memory_gb} GB, ${machine.system}; file system ${machine.filesystem}, fsync ${machine.fsync}.`,
    `Load before it began: ${load(load_at_start)}.`,
    `Versions: ${Object.entries(versions)
      .filter(([name]) => name !== 'commit')
      .map(([name, version]) => `${name} ${version ?? 'missing'}`)
      .join(', ')}.`,
    'NODE_EXTRA_CA_CERTS and NODE_OPTIONS are unset for every process that is measured.',
  ]
  return [lines.map((line) => `- ${line}`).join('\n')]
}

function load(before) {
  return `${before}${before > 0.5 ? ' — **the machine had other work: do not trust these figures**' : ''}`
}

function goals(rows, notes) {
  if (rows.length === 0) return []
  return [
    '## Goals',
    table(
      ['goal', 'wanted', 'measured, at worst', 'where', 'met'],
      rows.map((row) => [row.goal.name, wanted(row.goal), number(judged(row)), place(row), answer(row.met)]),
    ),
    ...(notes?.trim() ? [notes.trim()] : []),
  ]
}

function place({ what, at }) {
  return at === undefined ? what : `${what}, ${events(at)}`
}

function section({ title, about = [], rows = [], peers, failed, again }) {
  return [
    `## ${title}`,
    ...(again === undefined
      ? []
      : [
          `Measured again ${again.date}, of commit ${again.commit}. Load before it began: ${load(again.load_at_start)}.`,
        ]),
    ...about,
    ...(failed === undefined ? [] : [`**This part did not run to its end:** ${failed}`]),
    ...(rows.length === 0 ? [] : [rowsTable(rows)]),
    ...(peers === undefined ? [] : peersTables(peers)),
  ]
}

function rowsTable(rows) {
  return table(
    [
      'what',
      'events',
      'median (min–max)',
      'against',
      'median (min–max)',
      'ratio (min–max)',
      'pairs',
      'goal',
      'met',
    ],
    rows.map(({ what, at, unit, took, limit, ratio, goal, met }) => [
      what,
      at === undefined ? '' : events(at),
      `${spread(took)} ${unit}`,
      limit?.what ?? '',
      limit === undefined ? '' : `${spread(limit)} ${unit}`,
      ratio === undefined ? '' : spread(ratio),
      String(took.runs),
      goal === undefined ? '' : wanted(goal),
      goal === undefined ? '' : answer(met),
    ]),
  )
}

function peersTables({ bare_node, parallel, tools, left }) {
  const [kitty] = tools
  const cell = (work, tool) => {
    const times = tool === kitty ? '' : `, ${number(tool[work].median / kitty[work].median)} × kitty`
    return `${spread(tool[work])} ms${times}`
  }
  return [
    table(
      [
        'tool',
        'runs on',
        'create',
        'move',
        'what a move is',
        'list',
        `of ${parallel} concurrent: said done`,

        'shown after',
        'kept',
        'in all',
      ],
      tools.map((tool) => [
        `${tool.tool} ${tool.version ?? ''}`.trim(),
        tool.runs_on,
        cell('create', tool),
        cell('move', tool),
        tool.moves,
        cell('list', tool),
        String(tool.parallel.said_done),
        String(tool.parallel.shown),
        `**${tool.parallel.kept}**`,
        `${number(tool.parallel.ms)} ms`,
      ]),
    ),
    `A bare \`node -e 0\` in the same rounds: ${spread(bare_node)} ms.`,
    ...tools
      .filter(({ parallel: { refused } }) => refused !== undefined)
      .map(
        ({ tool, parallel: { refused } }) =>
          `Of ${tool}’s concurrent creates the first that failed ended with ${refused}`,
      ),
    ...left.map(({ tool, version, reason }) => `Left out: ${tool} ${version ?? ''}: ${reason}`),
  ]
}

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function wanted({ atMost, atLeast }) {
  return atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`
}

const answer = (met) => (met ? 'yes' : '**no**')
const events = (at) => (typeof at === 'number' ? at.toLocaleString('en') : at)
const spread = ({ median, min, max }) => `${number(median)} (${number(min)}–${number(max)})`

/** Three significant digits. */
export function number(value) {
  if (value >= 100) return Math.round(value).toLocaleString('en')
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
