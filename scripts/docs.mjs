// Writes docs/commands.md from oclif.manifest.json and docs/json.md from the code, after a build. With --check it
// compares them and fails if they differ.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { EXIT_OF_KIND } from '../dist/core/errors/kitty-error.js'
import { jsonPage } from './docs/json-page.mjs'

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url))
const { commands } = JSON.parse(readFileSync(path('oclif.manifest.json'), 'utf8'))
const shown = Object.values(commands).filter((command) => !command.hidden)
const pages = {
  'docs/commands.md': pageOf(shown),
  'docs/json.md': await jsonPage(path(''), shown, EXIT_OF_KIND),
}

for (const [name, page] of Object.entries(pages)) {
  if (!process.argv.includes('--check')) writeFileSync(path(name), page)
  else if (current(name) !== page) {
    process.stderr.write(`${name} does not match the code: run npm run docs, and commit it\n`)
    process.exitCode = 1
  }
}

function current(name) {
  try {
    return readFileSync(path(name), 'utf8')
  } catch {
    return undefined
  }
}

function pageOf(all) {
  return [
    '# Commands',
    '',
    'Written by `npm run docs` from what each command says of itself. Every command takes `--help`; every one takes',
    '`--json` and then prints exactly one [JSON document](json.md), failures included. Exit codes:',
    '[troubleshooting](troubleshooting.md).',
    '',
    ...all.map(
      ({ id, summary }) => `- [\`kitty ${spoken(id)}\`](#kitty-${id.replaceAll(':', '-')}) ${summary}`,
    ),
    ...all.flatMap(commandOf),
    '',
    '## Which feature, and who',
    '',
    'The feature of a command is, in this order: `--feature` (slug or number), `KITTY_FEATURE`, the branch',
    '(`NNN-slug` or `NNN-slug-WPxx`), the folder you are in, the only one there is. Never a guess: otherwise the command',
    "lists them and exits 2. The actor is `--actor`, `KITTY_ACTOR`, git's `user.name`, or the system's user.",
    '',
    '## Environment',
    '',
    '| variable | meaning |',
    '| --- | --- |',
    '| `KITTY_ROOT` | the folder that holds `.kittify`, where it is not the primary checkout |',
    '| `KITTY_FEATURE` | the feature, as `--feature` |',
    '| `KITTY_ACTOR` | who does this, as `--actor` |',
    '| `KITTY_SESSION` | your session, as `--session` |',
    '| `KITTY_CORRELATION_ID` | the session or run, as `--correlation` |',
    '| `KITTY_LOCK_TIMEOUT_MS` | how long a write waits for one holder of the lock, in milliseconds; 10000 |',
    '| `KITTY_DEBUG` | anything: stack traces with errors |',
    '| `NO_COLOR`, `FORCE_COLOR` | never, always colour |',
    '',
  ].join('\n')
}

function commandOf({ id, summary, description, args = {}, flags = {}, examples = [] }) {
  const shown = Object.values(flags).filter((flag) => !flag.hidden)
  const required = shown
    .filter((flag) => flag.required)
    .map((flag) => `--${flag.name} ${flag.helpValue ?? 'VALUE'}`)
  const words = Object.values(args).map((arg) =>
    arg.required ? arg.name.toUpperCase() : `[${arg.name.toUpperCase()}]`,
  )
  return [
    '',
    `## kitty ${spoken(id)}`,
    '',
    `${summary}.${description ? ` ${description}` : ''}`,
    '',
    '```sh',
    `kitty ${[spoken(id), ...words, ...required].join(' ')}`,
    '```',
    ...table(
      'argument',
      Object.values(args).map((arg) => [arg.name.toUpperCase(), arg.description ?? '']),
    ),
    ...table(
      'flag',
      shown.map((flag) => [
        flagOf(flag),
        `${flag.summary ?? flag.description ?? ''}${flag.summary && flag.description ? ` ${flag.description}` : ''}`,
      ]),
    ),
    ...(examples.length === 0
      ? []
      : ['', 'Examples:', '', '```sh', ...examples.map((example) => exampleOf(example, id)), '```']),
  ]
}

function flagOf({ name, char, type, helpValue, options }) {
  const value = type === 'boolean' ? '' : ` ${options ? options.join('\\|') : (helpValue ?? 'VALUE')}`
  return `\`${char ? `-${char}, ` : ''}--${name}${value}\``.replaceAll('\\|', '|').replaceAll('|', '\\|')
}

function table(title, rows) {
  if (rows.length === 0) return []
  return [
    '',
    `| ${title} | |`,
    '| --- | --- |',
    ...rows.map(([name, text]) => `| ${name} | ${text.replaceAll('|', '\\|')} |`),
  ]
}

function exampleOf(example, id) {
  const text = typeof example === 'string' ? example : example.command
  return text.replaceAll('<%= config.bin %>', 'kitty').replaceAll('<%= command.id %>', spoken(id))
}

function spoken(id) {
  return id.replaceAll(':', ' ')
}
