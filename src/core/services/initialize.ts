import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { inject, injectable } from 'inversify'
import { KittyError, systemCode } from '../errors/kitty-error.js'
import { replaceFile } from '../files/replace-file.js'
import { assertSafe } from '../files/assert-safe.js'
import { readConfig } from '../workspace/config.js'
import { findWorkspace } from '../workspace/find-workspace.js'
import { registerMergeDrivers } from '../git/merge-driver-config.js'
import type { Workspace } from '../workspace/workspace.js'
import { Session } from '../workspace/session.js'

export interface InitResult {
  readonly root: string
  /** What was made or added to, from the repository's root. */
  readonly created: readonly string[]
}

/** Everything in `.kittify` that must not be committed. */
export const IGNORED = ['events/index.db*', 'clock.json', 'clock.json.tmp', 'errors/', 'events/*.tmp']

const ERRORS_IGNORED = 'errors/'
const ERRORS_TRACKED = '!errors/'

export const ATTRIBUTES = [
  '.kittify/events/*.jsonl text eol=lf merge=kitty-events',
  'kitty-specs/**/tasks/*.md merge=kitty-work-package',
]

/** Every record is a line of its own, in any order. */
const ERROR_ATTRIBUTES = ['.kittify/errors/*.jsonl text eol=lf merge=union']

export const WORKTREES_IGNORED = ['.worktrees/']

/** Sets kitty up in a repository: adds what is missing, overwrites nothing, can be repeated. */
@injectable()
export class Initialize {
  constructor(@inject(Session) private readonly session: Session) {}

  /**
   * @param perWriter Gives each clone log files of its own, whatever the settings said.
   * @throws KittyError NotAGitRepository, UnsafeSetup, NotWritable, BadConfig.
   */
  initialise(perWriter = false): InitResult {
    const workspace = findWorkspace(this.session.cwd, this.session.env)
    assertSafe(workspace)
    try {
      return { root: workspace.root, created: this.#create(workspace, perWriter) }
    } catch (error) {
      throw notWritable(error, workspace.root)
    }
  }

  #create(workspace: Workspace, perWriter: boolean): string[] {
    const created: string[] = []
    const note = (path: string): void => void created.push(relative(workspace.root, path))
    for (const dir of [workspace.kittyDir, workspace.eventsDir, workspace.errorsDir]) {
      if (mkdirSync(dir, { recursive: true }) !== undefined) note(dir)
    }
    if (perWriter && setPerWriter(workspace)) note(workspace.configFile)
    const { track } = readConfig(workspace).errors
    const files: [string, readonly string[]][] = [
      [join(workspace.kittyDir, '.gitignore'), IGNORED.filter((line) => line !== ERRORS_IGNORED)],
      [join(workspace.root, '.gitattributes'), track ? [...ATTRIBUTES, ...ERROR_ATTRIBUTES] : ATTRIBUTES],
      [join(workspace.root, '.gitignore'), WORKTREES_IGNORED],
    ]
    const ignored = join(workspace.kittyDir, '.gitignore')
    const changed = files.filter(([path, lines]) => addLines(path, lines)).map(([path]) => path)
    if (settleErrors(ignored, track)) changed.push(ignored)
    for (const path of new Set(changed)) note(path)
    for (const name of registerMergeDrivers(workspace.root))
      created.push(`merge driver ${name} (.git/config)`)
    return created
  }
}

/** Of the two lines about error records the last one counts (gitignore(5)). @returns whether one was added. */
function settleErrors(path: string, track: boolean): boolean {
  const lines = linesOf(readFileSync(path, 'utf8'))
  const ignored = lines.lastIndexOf(ERRORS_IGNORED)
  const isTracked = ignored < 0 || lines.lastIndexOf(ERRORS_TRACKED) > ignored
  if (isTracked === track) return false
  appendLines(path, [track ? ERRORS_TRACKED : ERRORS_IGNORED])
  return true
}

/** Sets the one setting and leaves the others as they are. @returns whether it changed. */
function setPerWriter({ configFile: path }: Workspace): boolean {
  if (readConfig({ configFile: path }).log.files === 'per-writer') return false
  // A cast, for what has just been read as settings.
  const settings = existsSync(path)
    ? (JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, '')) as { log?: object })
    : {}
  replaceFile(
    path,
    Buffer.from(
      `${JSON.stringify({ ...settings, log: { ...settings.log, files: 'per-writer' } }, null, 2)}\n`,
    ),
  )
  return true
}

/** Appends the lines a file lacks. @returns whether it changed. */
export function addLines(path: string, lines: readonly string[]): boolean {
  const present = new Set(existsSync(path) ? linesOf(readFileSync(path, 'utf8')) : [])
  const missing = lines.filter((line) => !present.has(line))
  if (missing.length > 0) appendLines(path, missing)
  return missing.length > 0
}

function appendLines(path: string, lines: readonly string[]): void {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const separator = text === '' || text.endsWith('\n') ? '' : '\n'
  appendFileSync(path, `${separator}${lines.join('\n')}\n`)
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).map((line) => line.trim())
}

function notWritable(error: unknown, root: string): unknown {
  const code = systemCode(error)
  if (code === undefined) return error
  const message = error instanceof Error ? error.message : code
  return new KittyError('NotWritable', `kitty could not be set up in ${root}: ${message}`, {
    nextSteps: ['Check permissions and free space, then run kitty init again: it adds what is missing.'],
    context: { root, code },
    cause: error,
  })
}
