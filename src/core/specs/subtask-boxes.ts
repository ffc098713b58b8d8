/**
 * The tick boxes of subtasks, in a work package's file and in tasks.md:
 *
 *     - [ ] T001 Write it      - [x] **T002**: Test it      - [ ] `T003` [P] Ship it
 *
 * One byte a box changes, no other. Boxes in front matter and in fenced code are somebody's example and stay.
 */
import { splitFrontMatter } from './front-matter.js'
import { lineAt } from './lines.js'

interface BoxChange {
  readonly bytes: Buffer
  readonly changed: boolean
  /** Which of the ids asked for have a box, in the order asked. */
  readonly found: readonly string[]
}

const BOX =
  /^([ \t]{0,16}(?:[-*+]|\d{1,9}[.)])[ \t]{1,8}\[)([ xX])\][ \t]{1,8}[*_`~[]{0,4}([A-Za-z]{1,8}\d{1,9}[A-Za-z]?)(?![\w-])/
const FENCE = /^[ \t]{0,16}(`{3,}|~{3,})/

/** Ticks (`done`) or clears every box of the given subtasks; bytes that need no change are returned as they came. */
export function setBoxes(bytes: Buffer, subtaskIds: readonly string[], done: boolean): BoxChange {
  const wanted = new Set(subtaskIds)
  const found = new Set<string>()
  const marks: number[] = []
  for (const box of boxesOf(bytes)) {
    if (!wanted.has(box.id)) continue
    found.add(box.id)
    if (box.done !== done) marks.push(box.mark)
  }
  const order = subtaskIds.filter((id) => found.has(id))
  if (marks.length === 0) return { bytes, changed: false, found: order }
  const changed = Buffer.from(bytes)
  for (const mark of marks) changed[mark] = done ? 0x78 : 0x20
  return { bytes: changed, changed: true, found: order }
}

interface Box {
  readonly id: string
  readonly done: boolean
  /** Offset of the byte between the brackets. */
  readonly mark: number
}

function* boxesOf(bytes: Buffer): Generator<Box> {
  const block = splitFrontMatter(bytes)
  const text = bytes.toString('latin1')
  let fence: string | undefined
  for (let at = block.kind === 'found' ? block.bodyStart : 0; at < text.length;) {
    const line = lineAt(text, at, text.length)
    at = line.next
    const content = text.slice(line.start, Math.min(line.end, line.start + 120))
    const marker = FENCE.exec(content)?.[1]
    if (fence === undefined) fence = marker
    // A fence is closed by one of the same kind, at least as long.
    else if (marker?.startsWith(fence) === true) fence = undefined
    if (fence !== undefined) continue
    const [, before, mark, id] = BOX.exec(content) ?? []
    if (before !== undefined && id !== undefined)
      yield { id, done: mark !== ' ', mark: line.start + before.length }
  }
}
