/**
 * The checkboxes of subtasks, in a work package's file and in tasks.md:
 *
 *     - [ ] T001 Write it      - [x] **T002**: Test it      - [ ] `T003` [P] Ship it
 *
 * Only one byte per box changes. Boxes in front matter and in fenced code are examples and stay as they are. A subtask
 * without a written ID is found by its words.
 */
import { splitFrontMatter } from './front-matter.js'
import { lineAt } from './lines.js'
import { subtaskId } from './listed.js'
import { spellWorkPackageId } from './work-package-id.js'

interface BoxChange {
  readonly bytes: Buffer
  readonly changed: boolean
  /** Which of the requested IDs have a box, in the order requested. */
  readonly found: readonly string[]
}

const BOX = /^([ \t]{0,16}(?:[-*+]|\d{1,9}[.)])[ \t]{1,8}\[)([ xX])\][ \t]{1,8}(\S.*)$/
const ID = /^[*_`~[]{0,4}([A-Za-z]{1,8}\d{1,9}[A-Za-z]?)(?![\w-])/
const FENCE = /^[ \t]{0,16}(`{3,}|~{3,})/
const HEADING = /^ {0,3}(#{1,6})[ \t]{1,9}(?:[*_`~[]{0,4}(?:work package[ \t:]{1,3})?(wp\d{1,9})\b)?/i
/** Characters of a line that are examined. The rest is ignored. */
const LINE_LIMIT = 2_000

/**
 * Checks (`done`) or clears every box of the given subtasks. Returns the given bytes if nothing changes.
 * @param owner skips the sections of other packages, since tasks.md has one for each
 */
export function setBoxes(
  bytes: Buffer,
  subtaskIds: readonly string[],
  done: boolean,
  owner?: string,
): BoxChange {
  const wanted = new Set(subtaskIds)
  const found = new Set<string>()
  const marks: number[] = []
  for (const box of boxesOf(bytes)) {
    const isForeign = owner !== undefined && box.owner !== undefined && box.owner !== owner
    if (isForeign || !wanted.has(box.id)) continue
    found.add(box.id)
    if (box.done !== done) marks.push(box.mark)
  }
  const order = subtaskIds.filter((id) => found.has(id))
  if (marks.length === 0) return { bytes, changed: false, found: order }
  const changed = Buffer.from(bytes)
  for (const mark of marks) changed[mark] = done ? 0x78 : 0x20
  return { bytes: changed, changed: true, found: order }
}

/** The same bytes with every box cleared. */
export function withoutTicks(bytes: Buffer): Buffer {
  const cleared = Buffer.from(bytes)
  for (const { mark } of boxesOf(bytes)) cleared[mark] = 0x20
  return cleared
}

/** The same bytes with the ticks of another text that has the same boxes. */
export function withTicksOf(bytes: Buffer, other: Buffer): Buffer {
  const marked = Buffer.from(bytes)
  const others = [...boxesOf(other)]
  for (const [at, { mark }] of [...boxesOf(bytes)].entries())
    marked[mark] = other[others[at]?.mark ?? -1] ?? 0x20
  return marked
}

/** The boxes whose tick another text does not have; a box that only this text has counts as cleared there. */
export function otherTicks(bytes: Buffer, other: Buffer): Pick<Box, 'id' | 'owner' | 'done'>[] {
  const had = new Map<string, boolean[]>()
  const nameOf = ({ id, owner }: Box): string => `${owner ?? ''}/${id}`
  for (const box of boxesOf(other)) {
    const known = had.get(nameOf(box))
    if (known === undefined) had.set(nameOf(box), [box.done])
    else known.push(box.done)
  }
  return [...boxesOf(bytes)].filter((box) => box.done !== (had.get(nameOf(box))?.shift() ?? false))
}

/** What the first box of each subtask says, by its ID, without the ID and the marks around it. */
export function boxTexts(bytes: Buffer): Map<string, string> {
  const texts = new Map<string, string>()
  for (const { id, words } of boxesOf(bytes)) {
    const text = Buffer.from(words, 'latin1').toString('utf8')
    const written = ID.exec(text)?.[0] ?? ''
    const rest = text.slice(written.length).replace(/^[*_`~\]:.)\s-]{0,8}/, '')
    if (!texts.has(id)) texts.set(id, (rest === '' ? text : rest).trim())
  }
  return texts
}

interface Box {
  readonly id: string
  /** The package whose section contains the box. Undefined outside of any section. */
  readonly owner: string | undefined
  readonly done: boolean
  /** Offset of the byte between the brackets. */
  readonly mark: number
  /** The line after the brackets, one character per byte. */
  readonly words: string
}

function* boxesOf(bytes: Buffer): Generator<Box> {
  const block = splitFrontMatter(bytes)
  const text = bytes.toString('latin1')
  let fence: string | undefined
  let owner: string | undefined
  let ownerLevel = 0
  for (let at = block.kind === 'found' ? block.bodyStart : 0; at < text.length;) {
    const line = lineAt(text, at, text.length)
    at = line.next
    const content = text.slice(line.start, Math.min(line.end, line.start + LINE_LIMIT))
    const marker = FENCE.exec(content)?.[1]
    if (fence === undefined) fence = marker
    // A fence is closed by one of the same kind that is at least as long.
    else if (marker?.startsWith(fence) === true) fence = undefined
    if (fence !== undefined) continue
    const [, hashes, named] = HEADING.exec(content) ?? []
    if (hashes !== undefined && (named !== undefined || hashes.length <= ownerLevel)) {
      owner = named === undefined ? undefined : spellWorkPackageId(named)
      ownerLevel = owner === undefined ? 0 : hashes.length
    }
    const [, before, mark, words] = BOX.exec(content) ?? []
    if (before !== undefined && words !== undefined)
      yield { id: idOf(words), owner, done: mark !== ' ', mark: line.start + before.length, words }
  }
}

function idOf(words: string): string {
  return ID.exec(words)?.[1] ?? subtaskId(Buffer.from(words, 'latin1').toString('utf8'))
}
