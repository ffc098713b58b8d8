/** The work-package file that an import creates. */
import type { Definition } from '../specs/definition.js'
import { boxedIds, subtaskBox } from './boxes.js'
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
  return `---\n${head}---\n\n${bodyWithBoxes(item, subtasks) || `# ${title}`}\n`
}

/** The item's body with a box for each subtask that it has no box for: an export from kitty brings its own. */
function bodyWithBoxes(item: TransferItem, ids: readonly string[]): string {
  const body = bodyOf(item.body, [])
  const known = new Map(item.subtasks.map((subtask) => [nameOf(subtask.id), subtask]))
  const present = boxedIds(body)
  const boxes = ids
    .flatMap((id) => {
      const subtask = present.has(id) ? undefined : known.get(id)
      return subtask === undefined ? [] : [subtaskBox({ ...subtask, id })]
    })
    .join('\n')
  const heading = /^## Subtasks$/m.exec(body)
  if (boxes === '' || heading === null) return bodyOf(body, [['Subtasks', boxes]])
  const below = heading.index + heading[0].length
  return bodyOf(`${body.slice(0, below)}\n\n${boxes}${body.slice(below)}`, [])
}
