/** The work-package file that an import creates. */
import type { Definition } from '../specs/definition.js'
import { bodyOf, nameOf } from './text.js'
import type { TransferItem } from './document.js'
import { priorityLevel } from './words.js'
import { DEFAULT_PRIORITY } from '../specs/priority.js'
import { yamlBlock } from '../specs/yaml-text.js'

export interface PackageFile {
  readonly workPackage: string
  /** What the log says about the package. */
  readonly definition: Definition
  readonly format: string
  readonly itemId: string
  readonly item: TransferItem
}

/**
 * Builds front matter with what the log says and where the package comes from, followed by everything that fits nowhere
 * else.
 */
export function packageFileText({
  workPackage,
  definition: { title, priority, dependencies, subtasks },
  format,
  itemId,
  item,
}: PackageFile): string {
  const level = item.priority === null ? undefined : priorityLevel(item.priority)
  const head = yamlBlock({
    work_package_id: workPackage,
    title,
    dependencies,
    subtasks,
    ...(level === undefined && priority === DEFAULT_PRIORITY ? {} : { priority }),
    source: `${format}:${itemId}`,
  })
  const titles = new Map(item.subtasks.map((subtask) => [nameOf(subtask.id), subtask]))
  const boxes = subtasks
    .flatMap((id) => {
      const subtask = titles.get(id)
      return subtask === undefined ? [] : [{ ...subtask, id }]
    })
    .map(({ id, title: words, done }) => `- [${done ? 'x' : ' '}] ${id}${words === '' ? '' : `: ${words}`}`)
    .join('\n')
  // An export from kitty already contains the section.
  const hasBoxes = /^## Subtasks$/m.test(item.body)
  const body = bodyOf(item.body || null, [['Subtasks', hasBoxes ? null : boxes || null]])
  return `---\n${head}---\n\n${body === '' ? `# ${title}` : body}\n`
}
