#!/usr/bin/env node
/**
 * Starts kitty from its bundle. Without a bundle, Node loads the modules in dist one by one: slower, same result.
 * Imports no module of the program, so that a start loads only what it runs. See docs/performance.md.
 */
import { existsSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Bundle } from './bundle.js'

/** Exports of the entry point that scripts/bundle.mjs writes. */
interface Program {
  taskOf(argv: readonly string[]): string | undefined
  start(argv: string[], root: string): Promise<void>
}
interface Version {
  answerVersion(argv: readonly string[]): void
}
interface Plain {
  launch(argv: string[], entry: string): Promise<void>
}

const ROOT = dirname(__dirname)
const BUNDLE = join(ROOT, 'dist', 'bundle')
const PLAIN = join(ROOT, 'dist', 'core', 'cli', 'launch.js')

/** A build removes the bundle first and writes it last, so an unfinished build has none. */
function hasBundle(): boolean {
  return !process.env['KITTY_PLAIN'] && existsSync(join(BUNDLE, 'kitty.cjs'))
}

/** `agent tasks list` gives `agent:tasks:list`, `agent:tasks` and `agent`. */
function idsIn(argv: readonly string[]): string[] {
  const other = argv.findIndex((word) => !/^[a-z][a-z-]*$/.test(word))
  const words = argv.slice(0, other < 0 ? 3 : Math.min(3, other))
  return words.map((_, at) => words.slice(0, words.length - at).join(':'))
}

/** With `--json` before it or behind it. */
function asksVersion(argv: readonly string[]): boolean {
  return argv.find((word) => word !== '--json') === '--version'
}

// Casts: the build makes these files from the modules that have these types.
async function main(argv: string[]): Promise<void> {
  if (!hasBundle()) {
    const url = pathToFileURL(PLAIN).href
    await ((await import(url)) as Plain).launch(argv, url)
    return
  }
  if (asksVersion(argv)) {
    ;(new Bundle(BUNDLE).load('version.cjs') as Version).answerVersion(argv)
    return
  }
  const bundle = new Bundle(BUNDLE, idsIn(argv))
  const kitty = (
    process.env['KITTY_DEBUG'] ? bundle.loadReadable('kitty.readable.cjs') : bundle.load('kitty.cjs')
  ) as Program
  bundle.task = kitty.taskOf(argv)
  await kitty.start(argv, ROOT)
}

/** As for any failure inside kitty. */
const UNANSWERED = 3

/** Taken now: while a plugin's code runs, process.exit is another function. */
const exit = process.exit.bind(process)

let isAnswered = false
let isIdle = false
// All work is done and all output written; tearing V8 down only costs time. Another listener may want more.
process.on('beforeExit', () => {
  isIdle = true
  if (process.listenerCount('beforeExit') === 1 && process.getActiveResourcesInfo().length === 0) exit()
})
// Where nothing is left to wait for, or where a plugin calls process.exit(), Node ends with 0, also in the middle of a
// command.
process.on('exit', (code) => {
  if (code !== 0 || isAnswered) return
  process.exitCode = UNANSWERED
  const why = isIdle
    ? 'the command was waiting for something that never came.\n  -> run it again; if that does not help, report it'
    : 'something called process.exit, as a plugin may.\n  -> kitty plugins'
  writeSync(2, `Error: kitty ended before its command did: ${why}\n`)
})
void main(process.argv.slice(2)).then(() => (isAnswered = true))
