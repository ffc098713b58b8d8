/** The contents of a new feature's files. Pure text: only the caller decides where and whether to write it. */

interface NewFeature {
  /** `NNN-name` */
  readonly slug: string
  readonly title: string
  readonly mission: string
  readonly createdBy: string
  readonly createdAt: Date
}

/** meta.json, with the same keys as in the folders of spec-kitty projects. */
export function metaJson(feature: NewFeature): string {
  const keys = {
    created_at: feature.createdAt.toISOString(),
    created_by: feature.createdBy,
    friendly_name: feature.title,
    mission_type: feature.mission,
    slug: feature.slug,
  }
  return `${JSON.stringify(keys, null, 2)}\n`
}

/** spec.md, with headings to fill in. */
export function specMarkdown(feature: NewFeature): string {
  return `# ${feature.title.replaceAll(/\s+/g, ' ')}

**Feature**: ${feature.slug}
**Mission**: ${feature.mission}
**Created**: ${feature.createdAt.toISOString().slice(0, 10)}

## Why

What is wrong or missing today, and for whom.

## What

What will be true once this is done, in sentences that can be checked.

## Not part of it

What a reader might expect here and will not find.

## Work packages

One file each in \`tasks/\`, named \`WP01-what-it-does.md\`:

    ---
    work_package_id: WP01
    title: What it does
    dependencies: []
    subtasks: [T001, T002]
    ---

\`kitty new "What it does"\` makes such a file; \`kitty sync\` takes over those that you write.
`
}
