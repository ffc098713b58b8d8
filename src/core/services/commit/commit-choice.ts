import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { committedEntries, otherModes, type OwnIndex, userEntries } from '../../git/own-index.js'
import { counted } from '../../errors/counted.js'
import { toRun } from '../../errors/next-step.js'
import { Notices } from '../../errors/notices.js'
import type { WorkPackageState } from '../../events-lib.js'
import { ignoringRule } from '../../git/ignored.js'
import { eachObject } from '../../git/objects.js'
import { blobIdsOf, mayBeConverted, storedText } from '../../git/stored-text.js'
import { dayFileAt } from '../../log/format/day-file.js'
import { repoPath } from '../../platform/paths.js'
import { readSpecFile } from '../../specs/read-spec-file.js'
import { Workspace } from '../../workspace/workspace.js'
import { LIMITS, readInside } from '../../files/work-tree.js'
import { ROOT_LINES } from '../initialize.js'
import { EventStore } from '../../store/event-store.js'
import { isSameText, OwnWriting } from '../definitions/own-writing.js'
import { agreesWithLog, differsInRepeatedOnly, type FeatureStates } from '../definitions/repeats-log.js'

/** Which changed files a commit takes. Paths are relative to the repository's root. */
export interface CommitChoice {
  readonly files: readonly string[]
  /** Changed by a person, and left out. */
  readonly yours: readonly string[]
  /** Staged by the user, and left out. */
  readonly staged: readonly string[]
}

/** Tells what kitty wrote from what people wrote. */
@injectable()
export class ChooseFiles {
  constructor(
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(OwnWriting) private readonly own: OwnWriting,
    @inject(EventStore) private readonly store: EventStore,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  /** Call it with the lock held. @throws KittyError if git fails */
  async choose(index: OwnIndex, withEdits: boolean): Promise<CommitChoice> {
    const { root, kittyDir, specsDir } = this.workspace
    const own = [repoPath(root, kittyDir), repoPath(root, specsDir)]
    const { present, removed, odd } = index.changed([...own, ...Object.keys(ROOT_LINES)])
    for (const name of odd)
      this.notices.warn(`${name} has a name that is not UTF-8, so only git itself can commit it.`)
    this.#warnOfIgnored(index)
    const setUp = this.#setUp(present, index.head)
    const all = [...present, ...removed]
      .filter((path) => !Object.hasOwn(ROOT_LINES, path) || setUp.has(path))
      .sort()
    const staged = new Set(this.#staged(all, index.head))
    const free = all.filter((path) => !staged.has(path))
    const gone = new Set(removed)
    const written = await this.#written(free, index.head, gone)
    const isOwn = (path: string): boolean => setUp.has(path) || this.#isLog(path, gone) || written.has(path)
    const yours = new Set(withEdits ? [] : free.filter((path) => !isOwn(path)))
    const files = free.filter((path) => !yours.has(path))
    return { files, yours: [...yours], staged: [...staged] }
  }

  /** Otherwise the commit would pass for one that holds the log. */
  #warnOfIgnored(index: OwnIndex): void {
    const { root, eventsDir } = this.workspace
    const folder = repoPath(root, eventsDir)
    const [first, ...more] = index.ignored(folder).filter((path) => dayFileAt(path, folder) !== undefined)
    if (first === undefined) return
    const which = more.length === 0 ? first : `${first} and ${counted(more.length, 'other file')} of the log`
    const rule = ignoringRule(root, first)
    this.notices.warn(
      `Git ignores ${which}${rule === undefined ? '' : ` (${rule})`}: no commit takes their events. What to do${toRun(['kitty', 'doctor'])}`,
    )
  }

  /** The user's files at the root to which kitty has added its lines, and no one anything else. */
  #setUp(present: readonly string[], head: string | undefined): ReadonlySet<string> {
    const { root } = this.workspace
    const asked = present.filter((path) => Object.hasOwn(ROOT_LINES, path))
    const setUp = new Set<string>()
    for (const { path, bytes, isRead } of this.#committed(asked, head)) {
      const now = readInside(root, join(root, path), LIMITS.attributes)
      const isOwn =
        isRead && now.ok && hasOnlyAdded(bytes?.toString(), now.bytes.toString(), ROOT_LINES[path] ?? [])
      if (isOwn) setUp.add(path)
    }
    for (const path of otherModes(root, head, [...setUp])) setUp.delete(path)
    return setUp
  }

  #staged(paths: readonly string[], head: string | undefined): string[] {
    const { root } = this.workspace
    const [had, has] = [committedEntries(root, head, paths), userEntries(root, paths)]
    return paths.filter((path) => had.get(path) !== has.get(path))
  }

  /** Everything that kitty keeps in its folder. People write the settings; no one takes log files away. */
  #isLog(path: string, gone: ReadonlySet<string>): boolean {
    const { root, kittyDir, configFile } = this.workspace
    if (!path.startsWith(`${repoPath(root, kittyDir)}/`)) return false
    return path !== repoPath(root, configFile) && !gone.has(path)
  }

  /** The files below kitty-specs that no one but kitty has changed. */
  async #written(
    paths: readonly string[],
    head: string | undefined,
    gone: ReadonlySet<string>,
  ): Promise<Set<string>> {
    const { root, specsDir } = this.workspace
    const asked = paths.filter((path) => path.startsWith(`${repoPath(root, specsDir)}/`))
    const written = new Set<string>()
    // The other files are as in the commit.
    this.own.keepOnly(asked)
    const leads = asked.length > 0 ? this.own.history() : () => false
    const statesOf = this.#statesOf()
    const turned: string[] = []
    for (const { path, bytes, isRead } of this.#committed(asked, head)) {
      const now = gone.has(path) ? undefined : readSpecFile(root, join(root, path))
      if (!isRead || now?.ok === false || !leads(path, bytes, now?.bytes)) continue
      if (bytes !== undefined && now !== undefined && mayBeConverted(bytes, now.bytes)) turned.push(path)
      else if (now === undefined || isOwnText(path, bytes, now.bytes, await statesOf(path))) written.add(path)
    }
    const blobs = blobIdsOf(root, turned)
    let at = 0
    for (const { path, bytes } of this.#committed(turned, head)) {
      const now = readSpecFile(root, join(root, path))
      const blob = blobs[at++]
      if (
        now.ok &&
        blob !== undefined &&
        isOwnText(path, bytes, storedText(now.bytes, blob), await statesOf(path))
      )
        written.add(path)
    }
    for (const path of otherModes(root, head, [...written])) written.delete(path)
    return written
  }

  /** The packages of the feature to which a file below kitty-specs belongs, read once for each feature. */
  #statesOf(): (path: string) => Promise<FeatureStates> {
    const { root, specsDir } = this.workspace
    const start = repoPath(root, specsDir).length + 1
    const known = new Map<string, Promise<FeatureStates>>()
    return (path) => {
      const [feature = ''] = path.slice(start).split('/')
      const asked = known.get(feature) ?? this.store.workPackages(feature).then(byId)
      known.set(feature, asked)
      return asked
    }
  }

  /** What the commit has for each of these paths. Not read: what is larger than a file that kitty writes. */
  *#committed(paths: readonly string[], head: string | undefined): Generator<CommittedFile> {
    const asked = head === undefined ? [] : paths.filter((path) => !path.includes('\n'))
    const names = asked.map((path) => `${head ?? ''}:./${path}`)
    let at = 0
    for (const object of eachObject(this.workspace.root, names, LIMITS.tasks)) {
      const path = asked[at++] ?? ''
      yield { path, bytes: object?.content, isRead: object === undefined || object.content !== undefined }
    }
    if (head === undefined) for (const path of paths) yield { path, bytes: undefined, isRead: true }
  }
}

interface CommittedFile {
  readonly path: string
  /** Undefined for a file that the commit does not have, and for one that was not read. */
  readonly bytes: Buffer | undefined
  readonly isRead: boolean
}

/**
 * True if a text differs from an earlier one by nothing but some of these lines, which it has in addition.
 * @param before undefined where there was no text
 */
function hasOnlyAdded(before: string | undefined, now: string, lines: readonly string[]): boolean {
  const had = linesOf(before ?? '')
  const known = new Set(had)
  const added = new Set(lines.filter((line) => !known.has(line)))
  const rest = linesOf(now).filter((line) => !added.has(line))
  return rest.length === had.length && rest.every((line, at) => line === had[at])
}

/**
 * Whether what kitty's notes do not tell about a change is kitty's, too: the ticks and the lane, which repeat the log,
 * and the line ends.
 * @param before what the commit has; undefined for a new file
 */
function isOwnText(path: string, before: Buffer | undefined, now: Buffer, states: FeatureStates): boolean {
  if (!agreesWithLog(path, before ?? Buffer.alloc(0), now, states)) return false
  if (before === undefined) return true
  return isSameText(path, before, now)
    ? differsInRepeatedOnly(path, before, now)
    : !areEndsTurned(before, now)
}

function byId(states: readonly WorkPackageState[]): FeatureStates {
  return new Map(states.map((state) => [state.work_package_id, state]))
}

/** True if one text has LF after each line and the other CRLF. */
function areEndsTurned(before: Buffer, now: Buffer): boolean {
  const [had, has] = [lineEndOf(before), lineEndOf(now)]
  return had !== has && had !== 'both' && has !== 'both'
}

function lineEndOf(bytes: Buffer): 'LF' | 'CRLF' | 'both' {
  const text = bytes.toString('latin1')
  if (!text.includes('\r\n')) return 'LF'
  return /(?<!\r)\n/.test(text) ? 'both' : 'CRLF'
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/)
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}
