/** The contents of a new work package's file, and its name. Pure text: only the caller writes it. */
import { compareWorkPackages, spellWorkPackageId } from './work-package-id.js'
import { yamlBlock } from './yaml-text.js'
import { splitFrontMatter } from './front-matter.js'

interface NewPackage {
  readonly workPackage: string
  readonly title: string
  readonly dependencies: readonly string[]
  /** Written only if given. */
  readonly priority?: number | undefined
  readonly subtasks: readonly NewSubtask[]
  /** Markdown; a heading with the title if undefined. */
  readonly body?: string | undefined
}

export interface NewSubtask {
  readonly id: string
  readonly text: string
}

/** A numbered subtask, with what it is about: `T007: Write it`. */
const NUMBERED = /^(T\d{1,9})(?:[:\s]\s{0,9}(.*))?$/

export function newPackageText(made: NewPackage): string {
  const { workPackage, title, dependencies, priority, subtasks, body } = made
  const head = yamlBlock({
    work_package_id: workPackage,
    title,
    dependencies,
    subtasks: subtasks.map(({ id }) => id),
    ...(priority === undefined ? {} : { priority }),
  })
  const boxes = subtasks.map(({ id, text }) => `- [ ] ${id}${text === '' ? '' : `: ${text}`}\n`).join('')
  const text = body === undefined ? `# ${title}\n` : endedByNewline(body)
  return `---\n${head}---\n\n${text}${boxes === '' ? '' : `\n## Subtasks\n\n${boxes}`}`
}

/** `WP05-what-it-does.md`; only the ID if the title has no word of ASCII letters and digits. */
export function newPackageFile(workPackage: string, title: string): string {
  const words = title
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}+/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replaceAll(/^-|-$/g, '')
  return words === '' ? `${workPackage}.md` : `${workPackage}-${words}.md`
}

/** The ID after the greatest of these, or undefined if no number is left after that. Numbers are not reused. */
export function nextPackageId(known: Iterable<string>): string | undefined {
  const last = Number(lastPackageId(known)?.slice(2) ?? 0)
  return spellWorkPackageId(`WP${String(last + 1)}`)
}

/** The ID with the greatest number. */
export function lastPackageId(known: Iterable<string>): string | undefined {
  const ids = [...known].flatMap((one) => spellWorkPackageId(one) ?? [])
  return ids.sort(compareWorkPackages).at(-1)
}

/** True for an ID that a subtask's file may have: T and up to nine digits. */
export function isSubtaskNumber(id: string): boolean {
  return /^T\d{1,9}$/.test(id)
}

/**
 * Gives each text an ID after the greatest of `known`, unless it begins with one. An ID with more than nine digits means
 * that no number is left.
 */
export function numberSubtasks(texts: readonly string[], known: Iterable<string>): NewSubtask[] {
  let last = 0
  const own = texts.map((text) => NUMBERED.exec(text.trim()))
  for (const id of [...known, ...own.flatMap((match) => match?.[1] ?? [])])
    last = Math.max(last, Number(/^T(\d{1,9})$/.exec(id)?.[1] ?? 0))
  return texts.map((text, at) => {
    const [, id, words] = own[at] ?? []
    if (id !== undefined) return { id, text: words ?? '' }
    last += 1
    return { id: `T${String(last).padStart(3, '0')}`, text: text.trim() }
  })
}

/** Gives the texts these IDs; undefined if one begins with another ID, or if there are more or fewer of them. */
export function subtasksWith(texts: readonly string[], ids: readonly string[]): NewSubtask[] | undefined {
  if (texts.length !== ids.length) return undefined
  const subtasks = texts.map((text, at) => {
    const [, own, words] = NUMBERED.exec(text.trim()) ?? []
    const id = ids[at] ?? ''
    return own === undefined ? { id, text: text.trim() } : { id: own, text: words ?? '' }
  })
  return subtasks.every((one, at) => one.id === ids[at]) ? subtasks : undefined
}

function endedByNewline(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}

/** The name of a package's file under another ID. */
export function renumberedName(name: string, id: string): string {
  return name.replace(/^wp\d{1,9}/i, id)
}

/** A package's file under another ID: its name, and its bytes with that ID in the front matter. The rest stays. */
export function renumbered(name: string, bytes: Buffer, id: string): { name: string; bytes: Buffer } {
  const block = splitFrontMatter(bytes)
  const newName = renumberedName(name, id)
  if (block.kind !== 'found') return { name: newName, bytes }
  const head = bytes.toString('latin1', block.start, block.end)
  const changed = head.replace(/^(["']?work_package_id["']?[ \t]*:[ \t]*["']?)wp\d{1,9}/im, `$1${id}`)
  return {
    name: newName,
    bytes: Buffer.concat([
      bytes.subarray(0, block.start),
      Buffer.from(changed, 'latin1'),
      bytes.subarray(block.end),
    ]),
  }
}
