// Runs the main job from end to end in a temporary repository: `npm run demo`, or `npm run demo -- --keep` to keep the
// repository. Every line after a `$` is a real command, followed by its output.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const KITTY = join(ROOT, 'bin', 'run.js')
const keep = process.argv.includes('--keep')
const colour = process.stdout.isTTY ? (text) => `\u001b[1m${text}\u001b[22m` : (text) => text

if (!existsSync(join(ROOT, 'dist'))) run('npm', ['run', '--silent', 'build'], { cwd: ROOT })

const repository = mkdtempSync(join(tmpdir(), 'kitty-demo-'))
try {
  demo()
} finally {
  if (keep) say(`\nThe repository is yours to look at: cd ${repository}`)
  else rmSync(repository, { recursive: true, force: true })
}

function demo() {
  heading('A repository with two features, written as Markdown')
  git('init', '--quiet', '--initial-branch=main')
  mkdirSync(join(repository, 'kitty-specs'))
  cpSync(join(ROOT, 'examples', 'specs'), join(repository, 'kitty-specs'), { recursive: true })
  for (const slug of readdirSync(join(repository, 'kitty-specs')).sort()) say(`  kitty-specs/${slug}`)

  heading('Set kitty up, and take the work packages into the log')
  kitty('ada', 'init')
  kitty('ada', 'agent feature finalize-tasks --all')

  heading('Three people work. Two want the same package; one gets it')
  kitty('ada', 'agent tasks move-task WP01 --feature 001 --to doing --expect planned')
  kitty('bob', 'agent tasks move-task WP01 --feature 001 --to doing --expect planned', 6)
  kitty('bob', 'agent tasks move-task WP01 --feature 002 --to doing --expect planned')

  heading('What the workflow refuses, it refuses with what to do next')
  kitty('cyd', 'agent tasks move-task WP03 --feature 001 --to doing', 1)

  heading('WP01 is reviewed and done; others may begin')
  kitty('ada', 'agent tasks move-task WP01 --feature 001 --to for_review --force --reason "ticked on paper"')
  kitty('bob', 'agent tasks move-task WP01 --feature 001 --to done --force --reason "reviewed together"')
  kitty('cyd', 'agent tasks move-task WP02 --feature 001 --to doing --expect planned')

  heading('The board: nothing but the events, replayed')
  kitty('ada', 'status')

  heading('The log')
  kitty('ada', 'agent events list --type WPStatusChanged')
  kitty('ada', 'agent events verify')

  heading('Everything but the log may go: the board is the same')
  say('$ rm -f .kittify/events/index.db* .kittify/clock.json')
  const events = join(repository, '.kittify', 'events')
  for (const name of readdirSync(events)) if (name.startsWith('index.db')) rmSync(join(events, name))
  rmSync(join(repository, '.kittify', 'clock.json'), { force: true })
  kitty('ada', 'status --feature 002')
}

function kitty(actor, line, expected = 0) {
  say(`\n$ ${colour(`kitty ${line}`)}   # ${actor}`)
  const words = (line.match(/(?:"[^"]*"|\S)+/g) ?? []).map((word) => word.replaceAll('"', ''))
  run(
    process.execPath,
    [KITTY, ...words],
    { cwd: repository, env: { ...process.env, KITTY_ACTOR: actor } },
    expected,
  )
}

function git(...args) {
  run('git', args, { cwd: repository })
}

function run(command, args, options, expected = 0) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options })
  if (error) throw error
  if (status !== expected)
    throw new Error(`${command} ${args.join(' ')} ended with ${status}, not ${expected}`)
  if (status !== 0) say(`  (exit ${status})`)
}

function heading(text) {
  say(`\n${colour(`── ${text} ──`)}`)
}

function say(text) {
  process.stdout.write(`${text}\n`)
}
