'use strict'
/**
 * Preload with `node --require`. At exit, writes what the process loaded, looked up on disk and started to the file
 * that KITTY_LOADS names, as JSON `{ builtins, modules, files, processes }`. Leaves out the files that Node's own
 * loader reads, since they differ between Node versions; `modules` covers them. With KITTY_LOADS_BUNDLED it also lists
 * the modules that ran inside a bundle. This changes the bundle's text, so no compiled code matches; in place of the
 * minified bundle, which has no module names, it runs the readable twin.
 */
const fs = require('node:fs')
const Module = require('node:module')

const target = process.env.KITTY_LOADS
const isBundleCounted = process.env.KITTY_LOADS_BUNDLED === '1'
const modules = new Set()
const files = []
const processes = []
let depth = 0

/** How esbuild starts every module in a bundle. */
const STARTS = /__getOwnPropNames\((cb|fn)\)\[0\]/g
globalThis[Symbol.for('kitty.module-run')] = (name) => {
  modules.add(name)
  return name
}

function counting(folder, name, original) {
  const counted = function (...args) {
    const isOwn = depth === 0 && isPath(args[0]) && !isLoader(new Error().stack)
    if (isOwn) files.push(`${folder}${name} ${String(args[0])}`)
    depth += 1
    try {
      const result = Reflect.apply(original, this, args)
      return name === 'readFileSync' && isBundleCounted ? tellingBundle(args[0], result) : result
    } finally {
      depth -= 1
    }
  }
  return Object.assign(counted, original)
}

function isPath(value) {
  return typeof value === 'string' || value instanceof URL || Buffer.isBuffer(value)
}

/** The caller's frame follows the two frames of this file. */
function isLoader(stack) {
  const caller =
    stack
      .split('\n')
      .slice(1)
      .find((frame) => !frame.includes(__filename)) ?? ''
  return /node:internal\/(modules|main|process)/.test(caller)
}

function tellingBundle(path, text) {
  if (typeof text !== 'string' || !/dist[\\/]bundle[\\/][^\\/]+\.cjs$/.test(String(path))) return text
  const twin = String(path).replace(/\.cjs$/, '.readable.cjs')
  const named = fs.existsSync(twin) ? fs.readFileSync(twin, 'latin1') : text
  const told = named.replace(STARTS, (start) => `globalThis[Symbol.for('kitty.module-run')](${start})`)
  if (told === named)
    throw new Error(`${path}: esbuild starts its modules in another way than is counted here`)
  return told
}

function countFiles(folder, api) {
  for (const [name, value] of Object.entries(api)) {
    // Skips classes and functions that take a descriptor.
    if (typeof value === 'function' && !/^(_|[A-Z]|f[a-z]+Sync$)/.test(name))
      api[name] = counting(folder, name, value)
  }
}
countFiles('', fs)

// `fs.promises` is a getter that loads a module; callers get the counting version.
const { get } = Object.getOwnPropertyDescriptor(fs, 'promises')
let promises
Object.defineProperty(fs, 'promises', {
  configurable: true,
  enumerable: true,
  get() {
    if (promises === undefined) countFiles('promises.', (promises = get.call(fs)))
    return promises
  },
})

const load = Module._load
let isSpawnCounted = false
Module._load = function (request, ...rest) {
  const exported = Reflect.apply(load, this, [request, ...rest])
  if (/^(node:)?child_process$/.test(request) && !isSpawnCounted) {
    isSpawnCounted = true
    const { spawn } = exported.ChildProcess.prototype
    exported.ChildProcess.prototype.spawn = function (options) {
      processes.push(options.args.join(' '))
      return Reflect.apply(spawn, this, [options])
    }
    for (const name of ['execFileSync', 'execSync', 'spawnSync']) {
      const original = exported[name]
      exported[name] = function (command, args, options) {
        processes.push([command, ...(Array.isArray(args) ? args : [])].join(' '))
        return original(command, args, options)
      }
    }
  }
  return exported
}

const atStart = new Set(process.moduleLoadList)
const isPublic = new Set(Module.builtinModules)
process.on('exit', () => {
  const builtins = process.moduleLoadList
    .filter((entry) => !atStart.has(entry) && entry.startsWith('NativeModule '))
    .map((entry) => entry.slice('NativeModule '.length))
    .filter((name) => isPublic.has(name) && !name.startsWith('_'))
  for (const path of Object.keys(require.cache)) if (path !== __filename) modules.add(path)
  const counted = { builtins, modules: [...modules], files: [...files], processes }
  depth += 1
  fs.writeFileSync(target, JSON.stringify(counted))
})
