#!/usr/bin/env node
'use strict'
/**
 * Starts kitty from its bundle with the code that V8 compiled the last time. Where that cannot be had the bundle is
 * compiled anew, and where there is no bundle the modules in dist are loaded one by one: slower, and the same.
 * docs/architecture.md, "Start-up".
 */
const fs = require('node:fs')
const { dirname, isAbsolute, join } = require('node:path')

const ROOT = dirname(__dirname)
const BUNDLE = join(ROOT, 'dist', 'bundle')
const PLAIN = join(ROOT, 'dist', 'core', 'cli', 'launch.js')

/** Most of it is alike: a command that has no code yet begins with this one's. */
const USUAL = 'status'
/** Compiled faster than read. */
const SMALL = 32_000
const OLD_AFTER_MS = 30 * 24 * 3600 * 1000

/** The command's id, `agent:tasks:list`, which decides what functions are needed. Known once the bundle is there. */
let task
/** What the id may be, the longest first, as far as the command line tells before that. */
let guesses = []
const loaded = new Map()

/** One file of the bundle, run once. */
function load(name) {
  const known = loaded.get(name)
  if (known !== undefined) return known.exports
  const file = join(BUNDLE, name)
  const module = { exports: {} }
  const run = process.env.KITTY_DEBUG ? readable(file) : compiled(name, file)
  loaded.set(name, module)
  run(module.exports, requireFrom, module, file, BUNDLE, (id) => import(id))
  return module.exports
}

function requireFrom(id) {
  return id.startsWith('./') ? load(id.slice(2)) : require(id)
}

requireFrom.resolve = require.resolve

/** Stack traces name the sources then, which takes longer. */
function readable(file) {
  process.setSourceMapsEnabled(true)
  return require(file)
}

function compiled(name, file) {
  const { Script } = require('node:vm')
  const source = fs.readFileSync(file, 'latin1')
  // The first line holds a hash of the content: code of another build is never taken for this one's.
  const cacheFile =
    source.length < SMALL
      ? undefined
      : cachePath(`${name}-${source.slice(2, 18)}-${process.versions.v8}-${process.arch}`)
  // Of each command on its own [2 ms, and more the more commands have ever been used].
  const pathFor = (id) => `${cacheFile}-${id.replaceAll(':', '.')}`
  const cache = cacheFile === undefined ? undefined : firstCache([...guesses, USUAL], pathFor)
  const script = new Script(source, { filename: file, cachedData: cache?.code })
  if (cacheFile !== undefined) {
    const codeIsFor = script.cachedDataRejected ? undefined : cache?.id
    process.on('exit', (code) => {
      if (code === 0 && task !== undefined && task !== codeIsFor) writeCache(pathFor(task), script)
    })
  }
  return script.runInThisContext()
}

function firstCache(ids, pathFor) {
  for (const id of ids) {
    const code = readCache(pathFor(id))
    if (code !== undefined) return { id, code }
  }
  return undefined
}

/** Undefined where no place for a cache is known, or where it is not certain that only this user can write there. */
function cachePath(name) {
  const { XDG_CACHE_HOME: xdg, HOME: home } = process.env
  const base = xdg && isAbsolute(xdg) ? xdg : home && isAbsolute(home) ? join(home, '.cache') : undefined
  if (base === undefined) return undefined
  const folder = join(base, 'kitty')
  try {
    let stats = fs.lstatSync(folder, { throwIfNoEntry: false })
    if (stats === undefined) {
      // One by one: where a file system makes no folders at all (/proc), Node's recursive way never ends.
      if (!fs.existsSync(base)) fs.mkdirSync(base, { mode: 0o700 })
      fs.mkdirSync(folder, { mode: 0o700 })
      stats = fs.lstatSync(folder)
    }
    return stats.isDirectory() && isOurs(stats) ? join(folder, name) : undefined
  } catch {
    // Read-only or out of bounds: a cache only saves time.
    return undefined
  }
}

function isOurs({ uid, mode }) {
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0)
}

/**
 * V8 believes what it is given, and a flipped bit makes it crash. So the code is there twice: to compare takes a tenth
 * of what loading a module for checksums does. No link is followed.
 */
function readCache(path) {
  let fd
  try {
    fd = fs.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0))
    const stats = fs.fstatSync(fd)
    if (!stats.isFile() || !isOurs(stats) || stats.size % 2 !== 0) return undefined
    const bytes = Buffer.allocUnsafeSlow(stats.size)
    if (fs.readSync(fd, bytes) !== stats.size) return undefined
    const code = bytes.subarray(0, stats.size / 2)
    return code.length > 0 && bytes.subarray(code.length).equals(code) ? code : undefined
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) fs.closeSync(fd)
  }
}

function writeCache(path, script) {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    const code = script.createCachedData()
    const fd = fs.openSync(temporary, 'wx', 0o600)
    fs.writeFileSync(fd, Buffer.concat([code, code]))
    // A power cut could leave zeros in both copies.
    fs.fsyncSync(fd)
    fs.closeSync(fd)
    fs.renameSync(temporary, path)
    removeOld(dirname(path))
  } catch {
    // The next start takes as long as this one.
    fs.rmSync(temporary, { force: true })
  }
}

/** Of versions that are no longer used. */
function removeOld(folder) {
  for (const name of fs.readdirSync(folder)) {
    const path = join(folder, name)
    if (/\.cjs-[0-9a-f]{16}-/.test(name) && Date.now() - fs.lstatSync(path).mtimeMs > OLD_AFTER_MS)
      fs.rmSync(path)
  }
}

/** A bundle older than the modules it was made of is a build that was not finished. */
function hasBundle() {
  if (process.env.KITTY_PLAIN) return false
  const bundle = fs.statSync(join(BUNDLE, 'kitty.cjs'), { throwIfNoEntry: false })
  const plain = fs.statSync(PLAIN, { throwIfNoEntry: false })
  return bundle !== undefined && (plain === undefined || bundle.mtimeMs >= plain.mtimeMs)
}

/** `agent tasks list` gives `agent:tasks:list`, `agent:tasks` and `agent`. */
function idsIn(argv) {
  const other = argv.findIndex((word) => !/^[a-z][a-z-]*$/.test(word))
  const words = argv.slice(0, other < 0 ? 3 : Math.min(3, other))
  return words.map((_, at) => words.slice(0, words.length - at).join(':'))
}

async function main(argv) {
  if (!hasBundle()) {
    const url = require('node:url').pathToFileURL(PLAIN).href
    return (await import(url)).launch(argv, url)
  }
  if (argv[0] === '--version') return load('version.cjs').answerVersion(argv)
  guesses = idsIn(argv)
  const kitty = load(process.env.KITTY_DEBUG ? 'kitty.readable.cjs' : 'kitty.cjs')
  task = kitty.taskOf(argv)
  return kitty.start(argv, ROOT)
}

// All is done and written: to take V8 apart piece by piece only costs time [3 ms]. Whoever else waits for this may want more.
process.on('beforeExit', () => {
  if (process.listenerCount('beforeExit') === 1 && process.getActiveResourcesInfo().length === 0)
    process.exit()
})
void main(process.argv.slice(2))
