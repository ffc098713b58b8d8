import type { TempRepository } from './temp-repository.js'

export interface SpecPackage {
  readonly id: string
  readonly dependencies?: readonly string[]
  readonly subtasks?: readonly string[]
}

/** Writes a feature's folder: meta.json and one file per package. */
export function writeFeature(
  repository: TempRepository,
  slug: string,
  packages: readonly SpecPackage[],
): void {
  repository.write(`kitty-specs/${slug}/meta.json`, `${JSON.stringify({ title: `The feature ${slug}` })}\n`)
  for (const { id, dependencies = [], subtasks = [] } of packages) {
    repository.write(`kitty-specs/${slug}/tasks/${id}-part.md`, workPackageText(id, dependencies, subtasks))
  }
}

function workPackageText(id: string, dependencies: readonly string[], subtasks: readonly string[]): string {
  const list = (name: string, items: readonly string[]): string[] =>
    items.length === 0 ? [`${name}: []`] : [`${name}:`, ...items.map((item) => `  - "${item}"`)]
  return [
    '---',
    `work_package_id: "${id}"`,
    `title: 'Part ${id}'`,
    'lane: "planned"  # kept by kitty',
    ...list('dependencies', dependencies),
    ...list('subtasks', subtasks),
    '---',
    '',
    `# ${id}`,
    ...subtasks.map((subtask) => `- [ ] ${subtask} do it`),
    '',
  ].join('\n')
}
