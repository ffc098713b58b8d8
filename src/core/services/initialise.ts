import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { inject, injectable } from 'inversify'
import { TOKENS } from '../di/tokens.js'
import { KittyError, systemCode } from '../errors/kitty-error.js'
import { assertSafe } from '../workspace/assert-safe.js'
import { findWorkspace } from '../workspace/find-workspace.js'
import { registerMergeDriver } from '../workspace/git-config.js'
import type { Session } from '../workspace/session.js'
import type { Workspace } from '../workspace/workspace.js'

export interface InitResult {
  readonly root: string
  /** What was made or added to, from the repository's root. */
  readonly created: readonly string[]
}

/** Everything in `.kittify` that must not be committed. */
export const IGNORED = ['events/index.db*', 'clock.json', 'clock.json.tmp', 'errors/', 'events/*.tmp']

export const ATTRIBUTES = ['.kittify/events/*.jsonl text eol=lf merge=kitty-events']

export const WORKTREES_IGNORED = ['.worktrees/']

/** Sets kitty up in a repository: adds what is missing, overwrites nothing, can be repeated. */
@injectable()
export class Initialise {
  constructor(@inject(TOKENS.Session) private readonly session: Session) {}

  /** @throws KittyError NotAGitRepository, UnsafeSetup, NotWritable. */
  initialise(): InitResult {
    const workspace = findWorkspace(this.session.cwd, this.session.env)
    assertSafe(workspace)
    try {
      return { root: workspace.root, created: this.#create(workspace) }
    } catch (error) {
      throw notWritable(error, workspace.root)
    }
  }

  #create(workspace: Workspace): string[] {
    const created: string[] = []
    const note = (path: string): void => void created.push(relative(workspace.root, path))
    for (const dir of [workspace.kittyDir, workspace.eventsDir]) {
      if (mkdirSync(dir, { recursive: true }) !== undefined) note(dir)
    }
    const files: [string, readonly string[]][] = [
      [join(workspace.kittyDir, '.gitignore'), IGNORED],
      [join(workspace.root, '.gitattributes'), ATTRIBUTES],
      [join(workspace.root, '.gitignore'), WORKTREES_IGNORED],
    ]
    for (const [path, lines] of files) if (addLines(path, lines)) note(path)
    if (registerMergeDriver(workspace.root)) created.push('merge driver kitty-events (.git/config)')
    return created
  }
}

/** Appends the lines a file lacks. @returns whether it changed. */
export function addLines(path: string, lines: readonly string[]): boolean {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const present = new Set(text.split(/\r?\n/).map((line) => line.trim()))
  const missing = lines.filter((line) => !present.has(line))
  if (missing.length === 0) return false
  const separator = text === '' || text.endsWith('\n') ? '' : '\n'
  appendFileSync(path, `${separator}${missing.join('\n')}\n`)
  return true
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
