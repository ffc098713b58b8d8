/** The work-package file that an import creates. */
import { bodyOf } from './text.js'
import type { TransferItem } from './document.js'
import { priorityLevel } from './words.js'
import { yamlBlock } from '../specs/yaml-text.js'

export interface PackageFile {
  readonly workPackage: string
  readonly title: string
  readonly format: string
  readonly itemId: string
  readonly dependencies: readonly string[]
  readonly item: TransferItem
}

/**
 * Builds front matter with what the log says and where the package comes from, followed by everything that fits nowhere
 * else.
 */
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
  // An export from kitty already contains the section.
  const hasBoxes = /^## Subtasks$/m.test(item.body)
  const body = bodyOf(item.body || null, [['Subtasks', hasBoxes ? null : boxes || null]])
  return `---\n${head}---\n\n${body === '' ? `# ${title}` : body}\n`
}
