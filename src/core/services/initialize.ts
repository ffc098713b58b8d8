import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { isKittyError, KittyError } from '../errors/kitty-error.js'
import { assertSafe } from '../files/assert-safe.js'
import { changeFile } from '../files/put-over.js'
import { storageError } from '../files/storage-error.js'
import { assertReachable, LIMITS, makeFolderInside, readOwn } from '../files/work-tree.js'
import { changeSettings } from '../workspace/change-settings.js'
import { readConfig } from '../workspace/config.js'
import { findWorkspace } from '../workspace/find-workspace.js'
import { readOptional } from '../files/read-optional.js'
import { settingsIn } from '../git/config-file.js'
import { registerMergeDrivers } from '../git/merge-driver-config.js'
import { ensureKittyFolder } from '../git/restore-folder.js'
import type { Workspace } from '../workspace/workspace.js'
import { Session } from '../workspace/session.js'
import { repoPath } from '../platform/paths.js'
import { shownCommand } from '../errors/next-step.js'

export interface InitResult {
  readonly root: string
  /** What was created or added to, relative to the repository's root. */
  readonly created: readonly string[]
  /**
   * Whether the log has shared daily files in a repository with a remote, so that clones would write to the same file.
   */
  readonly sharesDailyFiles: boolean
}

/** Everything in `.kittify` that must not be committed. */
export const IGNORED = [
  'events/index.db*',
  'clock.json',
  'clock.json.tmp',
  'errors/',
  'events/*.tmp',
  '.*.tmp',
]

const ERRORS_IGNORED = 'errors/'
const ERRORS_TRACKED = '!errors/'

export const ATTRIBUTES = [
  '.kittify/events/*.jsonl text eol=lf merge=kitty-events',
  'kitty-specs/**/tasks/*.md merge=kitty-work-package',
]

/** Each record is its own line, and their order does not matter. */
const ERROR_ATTRIBUTES = ['.kittify/errors/*.jsonl text eol=lf merge=union']

/** At the repository's root: worktrees, and temporary files that replace their target when complete. */
export const ROOT_IGNORED = ['.worktrees/', '/kitty-specs/**/.*.tmp', '/..git*.tmp']

/** The lines that kitty adds to files of the user's at the repository's root. */
export const ROOT_LINES: Readonly<Record<string, readonly string[]>> = {
  '.gitattributes': [...ATTRIBUTES, ...ERROR_ATTRIBUTES],
  '.gitignore': ROOT_IGNORED,
}

/** Sets kitty up in a repository. Adds what is missing, overwrites nothing, and can be repeated. */
@injectable()
export class Initialize {
  constructor(@inject(Session) private readonly session: Session) {}

  /**
   * @param perWriter gives each clone its own log files, overriding the setting
   * @throws KittyError NotAGitRepository, UnsafeSetup, NotWritable, BadConfig
   */
  initialise(perWriter = false): InitResult {
    const workspace = findWorkspace(this.session.cwd, this.session.env)
    assertSafe(workspace)
    try {
      const created = this.#create(workspace, perWriter)
      return { root: workspace.root, created, sharesDailyFiles: sharesDailyFiles(workspace) }
    } catch (error) {
      throw notWritable(error, workspace.root)
    }
  }

  #create(workspace: Workspace, perWriter: boolean): string[] {
    // Check all of them before creating anything, so that a refusal does not leave half a setup.
    for (const path of ownTextFiles(workspace)) assertReachable(workspace.root, path)
    // A sparse checkout may have left out an existing folder. A new log would then be committed instead of the existing
    // one.
    ensureKittyFolder(workspace)
    const created: string[] = []
    const note = (path: string): void => void created.push(repoPath(workspace.root, path))
    for (const dir of [workspace.kittyDir, workspace.eventsDir, workspace.errorsDir]) {
      if (makeFolderInside(workspace.root, dir)) note(dir)
    }
    if (perWriter && setPerWriter(workspace)) note(workspace.configFile)
    const { track } = readConfig(workspace).errors
    const files: [string, readonly string[]][] = [
      [join(workspace.kittyDir, '.gitignore'), IGNORED.filter((line) => line !== ERRORS_IGNORED)],
      [join(workspace.root, '.gitattributes'), track ? [...ATTRIBUTES, ...ERROR_ATTRIBUTES] : ATTRIBUTES],
      [join(workspace.root, '.gitignore'), ROOT_IGNORED],
    ]
    const { root } = workspace
    const ignored = join(workspace.kittyDir, '.gitignore')
    const changed = files.filter(([path, lines]) => addLines(root, path, lines)).map(([path]) => path)
    if (settleErrors(root, ignored, track)) changed.push(ignored)
    for (const path of new Set(changed)) note(path)
    for (const name of registerMergeDrivers(workspace.root))
      created.push(`merge driver ${name} (.git/config)`)
    return created
  }
}

function sharesDailyFiles(workspace: Workspace): boolean {
  if (readConfig(workspace).log.files === 'per-writer') return false
  const settings = settingsIn(readOptional(join(workspace.gitCommonDir, 'config')) ?? '')
  return [...settings.keys()].some((key) => key.startsWith('remote.'))
}

/**
 * If both lines about error records are present, the last one counts (gitignore(5)). @returns whether a line was added
 */
function settleErrors(root: string, path: string, track: boolean): boolean {
  const lines = linesOf(textOf(root, path))
  const ignored = lines.lastIndexOf(ERRORS_IGNORED)
  const isTracked = ignored < 0 || lines.lastIndexOf(ERRORS_TRACKED) > ignored
  if (isTracked === track) return false
  appendLines(root, path, [track ? ERRORS_TRACKED : ERRORS_IGNORED])
  return true
}

/** Changes this one setting and keeps the others. @returns whether it changed */
function setPerWriter(workspace: Workspace): boolean {
  if (readConfig(workspace).log.files === 'per-writer') return false
  return changeSettings(workspace, (settings) => ({
    ...settings,
    log: Object.assign({}, settings['log'], { files: 'per-writer' }),
  }))
}

/**
 * Adds the missing lines to a file at `path`, below `root`. Replaces the file as a whole.
 * @returns whether it changed
 * @throws KittyError UnsafeSetup for a link or anything else in its place
 */
export function addLines(root: string, path: string, lines: readonly string[]): boolean {
  const present = new Set(linesOf(textOf(root, path)))
  const missing = lines.filter((line) => !present.has(line))
  if (missing.length > 0) appendLines(root, path, missing)
  return missing.length > 0
}

function appendLines(root: string, path: string, lines: readonly string[]): void {
  changeFile(root, path, () => {
    const before = readOwn(root, path, LIMITS.attributes)
    const separator = before === undefined || before.length === 0 || before.at(-1) === 0x0a ? '' : '\n'
    const added = Buffer.from(`${separator}${lines.join('\n')}\n`)
    return { before, after: Buffer.concat([before ?? Buffer.alloc(0), added]) }
  })
}

function textOf(root: string, path: string): string {
  return readOwn(root, path, LIMITS.attributes)?.toString('utf8') ?? ''
}

/** The repository's files to which kitty adds lines. */
export function ownTextFiles({ root, kittyDir }: Workspace): string[] {
  return [join(kittyDir, '.gitignore'), join(root, '.gitattributes'), join(root, '.gitignore')]
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).map((line) => line.trim())
}

function notWritable(error: unknown, root: string): unknown {
  const meant = storageError(error, root, 'not stored')
  if (!isKittyError(meant) || meant === error) return error
  return new KittyError(meant.kind, `kitty could not be set up in ${root}: ${meant.message}`, {
    nextSteps: [
      ...meant.nextSteps.slice(0, 1),
      ...shownCommand(['kitty', 'init'], 'it adds what is missing'),
    ],
    context: meant.context,
    cause: error,
  })
}
