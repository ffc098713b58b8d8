import { join, resolve } from 'node:path'
import { KittyError } from '../errors/kitty-error.js'
import { readOptional } from '../files/read-optional.js'
import { settingsIn } from './config-file.js'
import { askGitFields, git, GitRefusal } from './git.js'
import type { Workspace } from '../workspace/workspace.js'
import { shownCommand } from '../errors/next-step.js'
import { systemCommands } from '../platform/system-commands.js'

/** Git's message about a configuration file that another process is writing. */
const LOCKED = /^could not lock config file (.{1,4096}): File exists/
/** How long we wait for git's configuration, and how often we retry, in milliseconds. */
const CONFIG_WAIT_MS = 2_000
const CONFIG_POLL_MS = 20

/** Git's three-way merge with markers: what git does for a file without a driver. */
const AS_TEXT = 'git merge-file --marker-size=%L -L ours -L base -L theirs %A %O %B'

/**
 * The log's merge driver as git runs it. Git quotes %P for the shell. If kitty is missing (126, 127), was stopped by a
 * signal or could not read or write (3), git's own union takes over, for log files only. A file that kitty rejects (2)
 * is not a log, and is merged as text. Exit code 1 means that a conflict is left, and is passed on. See
 * docs/formats.md, "Merging".
 */
const LOG_DRIVER = [
  'kitty agent events merge-driver %O %A %B %P',
  's=$?',
  'case $s in 0|1) exit $s ;; 3|126|127|129|1[3-9][0-9]) case %P in .kittify/events/*.jsonl|*/.kittify/events/*.jsonl) exec git merge-file --union %A %O %B ;; esac ;; esac',
  `exec ${AS_TEXT}`,
].join('; ')

/**
 * The driver of work-package files: kitty makes the three versions agree on the `lane:` line, and git merges the rest.
 * The exit code that says whether a conflict is left is also git's. Without kitty, it is git's normal merge.
 */
const WORK_PACKAGE_DRIVER = `kitty agent specs merge-driver %O %A %B %P; ${AS_TEXT}`

const SETTINGS: Readonly<Record<string, string>> = {
  'merge.kitty-events.name': 'set union of two kitty event logs',
  'merge.kitty-events.driver': LOG_DRIVER,
  'merge.kitty-work-package.name': 'kitty work packages: the lane settled, the rest merged as text',
  'merge.kitty-work-package.driver': WORK_PACKAGE_DRIVER,
}

/** Registers the merge drivers in the repository's own configuration. @returns the names of the drivers it changed. */
export function registerMergeDrivers(root: string, waitMs = CONFIG_WAIT_MS): string[] {
  const missing = missingSettings(root)
  for (const [key, value] of missing) setConfig(root, key, value, waitMs)
  return [...new Set(missing.map(([key]) => key.split('.')[1] ?? key))]
}

/**
 * Registers the merge drivers in a clone that lacks them or has another version's, if the repository's `.gitattributes`
 * asks for them: a clone gets these attributes, but not git's configuration. In the normal case this reads one file and
 * starts no process.
 * @returns the names of the drivers it changed. @throws KittyError if git fails or cannot write.
 */
export function ensureMergeDrivers({
  root,
  gitCommonDir,
}: Pick<Workspace, 'root' | 'gitCommonDir'>): string[] {
  const present = settingsIn(readOptional(join(gitCommonDir, 'config')) ?? '')
  const isSet = Object.entries(SETTINGS).every(([key, value]) => present.get(key) === value)
  if (isSet) return []
  const isAskedFor = /\bmerge=kitty-/.test(readOptional(join(root, '.gitattributes')) ?? '')
  // Don't wait: an event write must not be delayed by this.
  return isAskedFor ? registerMergeDrivers(root, 0) : []
}

/** Waits while another process holds the file, where git itself would fail immediately. */
function setConfig(root: string, key: string, value: string, waitMs: number): void {
  const until = performance.now() + waitMs
  for (;;) {
    try {
      git(root, ['config', '--local', key, value])
      return
    } catch (error) {
      const file = error instanceof GitRefusal ? LOCKED.exec(error.reason)?.[1] : undefined
      if (file === undefined) throw error
      if (performance.now() > until) throw configLocked(root, file, error)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, CONFIG_POLL_MS)
    }
  }
}

function configLocked(root: string, file: string, cause: unknown): KittyError {
  const lock = `${resolve(root, file)}.lock`
  return new KittyError(
    'LockTimeout',
    `${lock} is there: another git is writing that file, or one was killed.`,
    {
      nextSteps: [
        'run the command again',
        ...shownCommand(systemCommands().remove(lock), 'if no git is at work in this repository'),
      ],
      context: { lock },
      cause,
    },
  )
}

/** True if git's configuration names the merge drivers as this kitty runs them. */
export function areMergeDriversRegistered(root: string): boolean {
  return missingSettings(root).length === 0
}

function missingSettings(root: string): [string, string][] {
  const present = registered(root)
  return Object.entries(SETTINGS).filter(([key, value]) => present.get(key) !== value)
}

/** Returns what the repository's own configuration says about kitty's drivers, by key. */
function registered(root: string): Map<string, string> {
  const entries = askGitFields(root, ['config', '--local', '-z', '--get-regexp', '^merge\\.kitty-'])
  return new Map(
    entries.map((entry) => [entry.slice(0, entry.indexOf('\n')), entry.slice(entry.indexOf('\n') + 1)]),
  )
}
