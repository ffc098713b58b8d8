import { renameSync, symlinkSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ExportBoard } from '../../../src/core/services/transfer/export-board.js'
import { TransferFormats } from '../../../src/core/services/transfer/transfer-formats.js'
import { FEATURE, Project } from '../../support/project.js'

const FILE = `kitty-specs/${FEATURE}/tasks/WP01-part.md`

async function exported(project: Project): Promise<{ text: string; warnings: readonly string[] }> {
  return project.use(async (services) => {
    const csv = (await services.get(TransferFormats)).exporter('csv')
    const [file] = await (await services.get(ExportBoard)).files(csv, undefined)
    return { text: file?.text ?? '', warnings: await services.warnings() }
  })
}

describe('an export', () => {
  it('says which text it lacks, since the file cannot be read', async () => {
    const project = await new Project().withPackages({ WP01: {}, WP02: {} })
    renameSync(project.path(FILE), project.path('aside.md'))
    symlinkSync('../../../aside.md', project.path(FILE))
    const { text, warnings } = await exported(project)
    expect(text).toContain('WP02')
    expect(warnings).toEqual([
      expect.stringMatching(/^The export lacks the text of a package: .*WP01-part\.md/),
    ])
  })

  it('says nothing of a package whose file is gone: the board marks it', async () => {
    const project = await new Project().withPackages({ WP01: {} })
    renameSync(project.path(FILE), project.path('aside.md'))
    expect((await exported(project)).warnings).toEqual([])
  })
})
