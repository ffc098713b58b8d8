/** The file of a package that an import makes. */
import { bodyOf } from './text.js'
import type { TransferItem } from './document.js'
import { priorityLevel } from './priority.js'
import { yamlBlock } from './yaml-text.js'

export interface PackageFile {
  readonly workPackage: string
  readonly title: string
  readonly format: string
  readonly itemId: string
  readonly dependencies: readonly string[]
  readonly item: TransferItem
}

/** Front matter that says what the log says, where the package comes from, and then all that has no other place. */
export function packageFileText({
  workPackage,
  title,
  format,
  itemId,
  dependencies,
  item,
}: PackageFile): string {
  const level = item.priority === null ? undefined : priorityLevel(item.priority)
  const head = yamlBlock({
    work_package_id: workPackage,
    title,
    dependencies,
    subtasks: item.subtasks.map(({ id }) => id),
    ...(level === undefined ? {} : { priority: level }),
    source: `${format}:${itemId}`,
  })
  const boxes = item.subtasks
    .map(({ id, title: words, done }) => `- [${done ? 'x' : ' '}] ${id}${words === '' ? '' : `: ${words}`}`)
    .join('\n')
  // An export of kitty's brings the section along.
  const hasBoxes = /^## Subtasks$/m.test(item.body)
  const body = bodyOf(item.body || null, [['Subtasks', hasBoxes ? null : boxes || null]])
  return `---\n${head}---\n\n${body === '' ? `# ${title}` : body}\n`
}
