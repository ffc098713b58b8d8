import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { EventsLibFailure } from './failure.mjs'

const NAME = 'kitty-events'
const TAKEN = '.pin.json'
/** The compiler's options, at the same place relative to the packages as in the repository. */
const OPTIONS = 'tsconfig/base.json'

const modules = (root) => join(root, 'node_modules')
const linkMark = (root) => join(modules(root), '.kitty-events-linked')

/** True after `link`: the library is edited in place, whatever the pin says. @param {string} root */
export function isLinked(root) {
  return existsSync(linkMark(root))
}

/** @param {string} root @param {boolean} linked */
export function markLinked(root, linked) {
  mkdirSync(modules(root), { recursive: true })
  if (linked)
    writeFileSync(linkMark(root), 'npm run events-lib -- link; undone by: npm run events-lib -- fetch\n')
  else rmSync(linkMark(root), { force: true })
}

/** Installs this checkout's folder as the library, and builds it. @param {string} root @param {string} path */
export function useFolder(root, path) {
  const link = join(modules(root), NAME)
  if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() !== true) {
    mkdirSync(modules(root), { recursive: true })
    rmSync(link, { recursive: true, force: true })
    // A junction, because Windows restricts symbolic links.
    symlinkSync(
      process.platform === 'win32' ? join(root, path) : relative(dirname(link), join(root, path)),
      link,
      'junction',
    )
  }
  compile(root, join(root, path))
}

/**
 * True when the installed library is the verified copy of exactly this pin. @param {string} root @param
 * {import('./pin.mjs').Pin} pin
 */
export function isTaken(root, { commit, tree }) {
  const folder = join(modules(root), NAME)
  const mark = join(folder, TAKEN)
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true || !existsSync(mark)) return false
  const taken = JSON.parse(readFileSync(mark, 'utf8'))
  return taken.commit === commit && taken.tree === tree
}

/**
 * Builds a verified copy of the pinned folder and installs it with one rename, so that a failure leaves the previous
 * one.
 * @param {string} root @param {import('./pin.mjs').Pin} pin
 * @param {(into: string) => void} take puts the folder into `into`/`pin.path`
 */
export function useCopy(root, pin, take) {
  mkdirSync(modules(root), { recursive: true })
  const stage = mkdtempSync(join(modules(root), '.kitty-events-'))
  try {
    take(stage)
    const folder = join(stage, pin.path)
    // The copy is compiled with this checkout's options, found at the same relative path as in the repository.
    cpSync(join(root, OPTIONS), join(stage, OPTIONS))
    compile(root, folder)
    writeFileSync(join(folder, TAKEN), `${JSON.stringify({ commit: pin.commit, tree: pin.tree })}\n`)
    const installed = join(modules(root), NAME)
    rmSync(installed, { recursive: true, force: true })
    renameSync(folder, installed)
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

/** The version of the installed library. @param {string} root */
export function installedVersion(root) {
  return JSON.parse(readFileSync(join(modules(root), NAME, 'package.json'), 'utf8')).version
}

function compile(root, folder) {
  const typescript = createRequire(join(root, 'package.json')).resolve('typescript/package.json')
  const done = spawnSync(process.execPath, [join(dirname(typescript), 'bin', 'tsc'), '-p', folder], {
    encoding: 'utf8',
  })
  if (done.status === 0) return
  throw new EventsLibFailure(
    `The events library in ${folder} does not compile:\n${done.stdout.trim()}${done.stderr.trim()}`,
    ['put it right, or take the pinned one: npm run events-lib -- fetch'],
  )
}
