import { createHash } from 'node:crypto'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  type Stats,
  statSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isKittyError, KittyError } from '../../errors/kitty-error.js'
import { homeFolder } from '../../platform/home-folder.js'
import { npm } from './npm.js'
import { PLATFORM } from '../../platform/system.js'
import { shownCommand } from '../../errors/next-step.js'
import { removeTree } from '../../platform/remove-path.js'

/** Folder of what is installed from folders and files, in the data folder. */
export const TARBALLS = 'tarballs'

/** As npm tells a tarball: by its name. */
const TARBALL = /\.(?:tgz|tar\.gz)$/i

/**
 * Returns what to ask npm to install. First packs a folder, or copies a tarball, into the data folder: the plugin stays
 * installable when the original is gone, and later changes to the folder have no effect. Names and git addresses are
 * passed on unchanged. A bare word is a package name, whatever the current folder contains.
 * @throws KittyError UsageError for nothing, for what npm would take for an option, for a path that is neither a tarball
 * nor a folder, and for a folder that cannot be packed
 */
export async function installSource(text: string, cwd: string, dataFolder: string): Promise<string> {
  const path = pathIn(text, cwd)
  if (path === undefined) return named(text)
  const stats = statSync(path)
  if (!stats.isDirectory() && !isTarball(path, stats))
    throw refused(text, `${path} is neither a folder nor a tarball (.tgz).`)
  const kept = join(dataFolder, TARBALLS)
  mkdirSync(kept, { recursive: true })
  return pathToFileURL(stats.isDirectory() ? await packed(path, kept) : copied(path, kept)).href
}

/** Npm takes a word that begins with a dash for an option: --global would replace the kitty that all users run. */
function named(text: string): string {
  if (text.trim() !== '' && !text.startsWith('-')) return text
  throw refused(text, `${JSON.stringify(text)} is no name of a plugin.`)
}

function isTarball(path: string, stats: Stats): boolean {
  return stats.isFile() && TARBALL.test(path)
}

function pathIn(text: string, cwd: string): string | undefined {
  if (text.startsWith('file://')) return existing(pathOfUrl(text), text)
  if (text.startsWith('file:')) return existing(resolve(cwd, text.slice('file:'.length)), text)
  if (/^[a-z][a-z+.-]+:/i.test(text) || text.startsWith('@')) return undefined
  const path = resolve(
    cwd,
    text.startsWith('~/') ? join(homeFolder(process.env, PLATFORM), text.slice(2)) : text,
  )
  if (/^(\.{0,2}[\\/]|\.{1,2}$|~\/|[A-Za-z]:[\\/])/.test(text) || TARBALL.test(text))
    return existing(path, text)
  // `owner/repository` means GitHub, unless that path exists.
  return /[\\/]/.test(text) && isThere(path) ? path : undefined
}

function pathOfUrl(text: string): string {
  try {
    return fileURLToPath(text)
  } catch (cause) {
    throw refused(text, `${JSON.stringify(text)} is no address of a file on this machine.`, cause)
  }
}

function existing(path: string, text: string): string {
  if (isThere(path)) return path
  throw refused(text, `There is no ${path}.`)
}

function refused(source: string, message: string, cause?: unknown): KittyError {
  return new KittyError('UsageError', message, {
    nextSteps: ['give the path of a tarball or a folder, a package name, or a git address'],
    context: { source },
    cause,
  })
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

function copied(tarball: string, into: string): string {
  if (dirname(tarball) === into) return tarball
  const copy = join(into, nameByContent(tarball))
  copyFileSync(tarball, copy)
  return copy
}

/** Tarballs of two plugins may have the same name: an update would install one instead of the other. */
function nameByContent(tarball: string): string {
  const digest = createHash('sha256').update(readFileSync(tarball)).digest('hex')
  return `${digest.slice(0, 12)}-${basename(tarball)}`
}

async function packed(folder: string, into: string): Promise<string> {
  const scratch = mkdtempSync(join(into, '.pack-'))
  try {
    await npm(['pack', '--pack-destination', scratch], { folder, subject: folder })
    const [made = ''] = readdirSync(scratch)
    return copied(join(scratch, made), into)
  } catch (error) {
    if (!isKittyError(error) || error.kind === 'MissingDependency') throw error
    throw new KittyError('UsageError', `${folder} cannot be packed: ${error.message}`, {
      nextSteps: [
        ...shownCommand(['npm', 'pack', folder, '--dry-run'], 'what npm says'),
        ...shownCommand(['kitty', 'plugins', 'link', folder], 'to work on it in place'),
      ],
      context: { folder },
      cause: error,
    })
  } finally {
    removeTree(scratch)
  }
}
