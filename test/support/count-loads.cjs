'use strict'
/**
 * Preloaded (`node --require`), writes what a process loaded, looked at on disk and started to the file KITTY_LOADS
 * names when it ends: JSON of `{ builtins, modules, files, processes }`. What Node's own loader reads is left out, since
 * it differs from one Node to the next; the modules say it. With KITTY_LOADS_BUNDLED also which modules inside a bundle
 * were run: the bundle's text is changed for that, so that no compiled code fits it; of the shortened one, which has
 * lost the modules' names, the readable twin is run.
 */
const fs = require('node:fs')
const Module = require('node:module')

const target = process.env.KITTY_LOADS
const isBundleCounted = process.env.KITTY_LOADS_BUNDLED === '1'
const modules = new Set()
const files = []
const processes = []
let depth = 0

/** How esbuild starts every module it has put into a bundle. */
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

/** The caller's frame comes after this file's own two. */
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
    // Classes, and what is asked about a descriptor.
    if (typeof value === 'function' && !/^(_|[A-Z]|f[a-z]+Sync$)/.test(name))
      api[name] = counting(folder, name, value)
  }
}
countFiles('', fs)

// `fs.promises` is a getter that loads a module; whoever asks for it gets the counting one.
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
