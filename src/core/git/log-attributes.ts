import { lstatSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Workspace } from '../workspace/workspace.js'
import { askGitFields } from './git.js'
import { isDayFile } from '../log/format/day-file.js'
import { unsafeFile } from '../files/assert-safe.js'
import { readPlain } from '../files/read-plain.js'
import { LIMITS } from '../files/work-tree.js'
import { repoPath, SEPARATOR } from '../platform/paths.js'

/** How an attribute that applies to the log affects it. */
type Effect =
  /** Git stores bytes other than kitty wrote, or returns bytes other than it stored. */
  | 'changes bytes'
  /** Git rewrites `$Id` in lines that contain it. */
  | 'rewrites $Id'
  /** Kitty ignores these line ends on read, and the next write removes them. */
  | 'line ends'
  /** Git keeps our side of a merge and reports a conflict: their side is nowhere in the work tree. */
  | 'no merge'

export interface HostileAttribute {
  /** As written in an attributes file: `filter=lfs`, `-merge`. */
  readonly attribute: string
  readonly effect: Effect
}

const ASKED = ['ident', 'filter', 'working-tree-encoding', 'eol', 'merge'] as const
/** Attributes, or built-in macros, that can have such an effect. */
const HOSTILE_WORD =
  /^(?:ident|filter=.*|filter|working-tree-encoding=.*|eol=crlf|-merge|merge=binary|binary)$/

/**
 * Returns the attributes that apply to the log's files and harm them (gitattributes(5)). We query git only if one of
 * the files it reads attributes from names such an attribute for a pattern that could match: an ordinary command pays
 * for four small reads.
 * @param files Returns the names of day files; called only then.
 * @throws KittyError if git fails; UnsafeSetup for an attributes file beyond its limit.
 */
export function hostileAttributes(workspace: Workspace, files: () => readonly string[]): HostileAttribute[] {
  if (!attributeFiles(workspace).some((path) => names(path))) return []
  const paths = files().map((file) => repoPath(workspace.root, join(workspace.eventsDir, file)))
  if (paths.length === 0) return []
  const fields = askGitFields(workspace.root, ['check-attr', '-z', ...ASKED, '--', ...paths])
  const found = new Map<string, HostileAttribute>()
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const hostile = judge(fields[at + 1] ?? '', fields[at + 2] ?? '')
    if (hostile !== undefined) found.set(hostile.attribute, hostile)
  }
  return [...found.values()]
}

/**
 * From the repository's root down to the log, plus git's own file. Later files override earlier ones, and git's own
 * overrides all.
 */
function attributeFiles({ root, eventsDir, gitCommonDir }: Workspace): string[] {
  const files = [join(gitCommonDir, 'info', 'attributes')]
  for (let folder = eventsDir; ; folder = dirname(folder)) {
    files.push(join(folder, '.gitattributes'))
    const isTop =
      !folder.startsWith(root + SEPARATOR) &&
      lstatSync(join(folder, '.git'), { throwIfNoEntry: false }) !== undefined
    if (isTop || dirname(folder) === folder) return files
  }
}

function names(path: string): boolean {
  const file = readPlain(path, LIMITS.attributes)
  if (!file.ok) {
    // Git does read it, but finding what it says about the log would take too long.
    if (file.tooLarge) throw unsafeFile(path, file.reason)
    // Missing, or a link, which git does not follow either.
    return false
  }
  return file.bytes
    .toString('latin1')
    .split('\n')
    .some((line) => {
      const [pattern = '', ...attributes] = line.trim().split(/[ \t]+/)
      return attributes.some((word) => HOSTILE_WORD.test(word)) && mayMatch(pattern)
    })
}

/** False only if the pattern's literal end cannot match a day file: `*.png`, `logo.svg`. */
function mayMatch(pattern: string): boolean {
  // A macro does not match files; leave quoted patterns to git.
  if (pattern.startsWith('[attr]') || pattern.startsWith('"')) return true
  const name = pattern.slice(pattern.lastIndexOf('/') + 1)
  const end = Math.max(...['*', '?', ']', '\\'].map((wildcard) => name.lastIndexOf(wildcard)))
  if (end < 0) return isDayFile(name)
  const tail = name.slice(end + 1)
  return '.jsonl'.endsWith(tail) || tail.endsWith('.jsonl')
}

function judge(name: string, value: string): HostileAttribute | undefined {
  const isOff = value === 'unspecified' || value === 'unset'
  if (name === 'merge') {
    if (value === 'unset') return { attribute: '-merge', effect: 'no merge' }
    return value === 'binary' ? { attribute: 'merge=binary', effect: 'no merge' } : undefined
  }
  if (isOff) return undefined
  if (name === 'ident') return { attribute: 'ident', effect: 'rewrites $Id' }
  if (name === 'eol') return value === 'crlf' ? { attribute: 'eol=crlf', effect: 'line ends' } : undefined
  if (name === 'working-tree-encoding' && /^utf-?8$/i.test(value)) return undefined
  return { attribute: `${name}=${value}`, effect: 'changes bytes' }
}
