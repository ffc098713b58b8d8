import { readdirSync, rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { OwnWriting } from '../../../src/core/services/definitions/own-writing.js'
import type { ImportBoardRequest } from '../../../src/core/services/transfer/import-board.js'
import type { ImportReport } from '../../../src/core/services/transfer/import-report.js'
import { renderImport } from '../../../src/core/cli/render/import-report.js'
import { MarkSubtasks } from '../../../src/core/services/packages/mark-subtasks.js'
import { LIMITS } from '../../../src/core/files/work-tree.js'
import { bring as bringWith } from '../../support/bring.js'
import { by, Project } from '../../support/project.js'

const ONE = 'kitty-specs/001-sky/tasks/WP01-issue-1.md'
const TWO = 'kitty-specs/001-sky/tasks/WP02-issue-2.md'
const THREE = 'kitty-specs/001-sky/tasks/WP03-issue-3.md'

/** A project with three issues of beads, of which each has one text. */
class Source {
  readonly project = new Project()

  constructor(...texts: string[]) {
    this.write(...texts)
  }

  write(...texts: string[]): void {
    const lines = texts.map((description, at) =>
      JSON.stringify({
        id: `sky-${at + 1}`,
        title: `Issue ${at + 1}`,
        description,
        status: 'open',
        created_at: `2024-05-0${at + 1}T10:00:00Z`,
        updated_at: `2024-05-0${at + 1}T10:00:00Z`,
      }),
    )
    this.project.write('.beads/issues.jsonl', `${lines.join('\n')}\n`)
  }

  bring(rest: Partial<ImportBoardRequest> = {}): Promise<ImportReport> {
    return bring(this.project, 'beads', rest)
  }
}

function bring(
  project: Project,
  format: string,
  rest: Partial<ImportBoardRequest> = {},
): Promise<ImportReport> {
  return project.use((services) => bringWith(services, format, '.', rest))
}

describe('the text of a package that was imported', () => {
  it('follows the source, also back, below the front matter that the file has', async () => {
    const source = new Source('Do it', 'Do that')
    const { project } = source
    expect((await source.bring()).texts).toEqual({ changed: [], kept: [] })
    project.write(ONE, project.read(ONE).replace('title: Issue 1\n', 'title: Issue 1\nreviewers: [ada]\n'))
    for (const text of ['Do it with care.\n\n## Steps\n\n- one\n', 'Do it']) {
      source.write(text, 'Do that')
      const report = await source.bring()
      expect(report).toMatchObject({ events: 0, files: 1, texts: { changed: ['001-sky/WP01'], kept: [] } })
      expect(project.read(ONE)).toMatch(/^---\n[^]*\nreviewers: \[ada\]\n[^]*\n---\n\nDo it/)
      expect(project.read(ONE).endsWith(`\n---\n\n${text.trim()}\n`)).toBe(true)
      expect(await source.bring()).toMatchObject({ events: 0, files: 0, texts: { changed: [], kept: [] } })
    }
    expect(project.read(TWO)).toContain('Do that')
  })

  it('stays where it was changed here, and is named only while the source has another than it had', async () => {
    const source = new Source('Do it', 'Do that')
    const { project } = source
    await source.bring()
    project.write(ONE, project.read(ONE).replace('Do it', 'Do it my way'))
    project.write(TWO, project.read(TWO).replace('Do that', 'Do that my way'))
    source.write('Do it', 'Do that differently')
    const report = await source.bring()
    expect(report).toMatchObject({ files: 0, texts: { changed: [], kept: ['001-sky/WP02'] } })
    expect(renderImport(report)).toContain('left as it is:\n- 001-sky/WP02\n')
    expect(project.read(TWO)).toContain('Do that my way')
    project.write(TWO, project.read(TWO).replace('my way', 'differently'))
    expect(await source.bring()).toMatchObject({ texts: { changed: [], kept: [] } })
  })

  it('is named by a dry run, which writes nothing', async () => {
    const source = new Source('Do it', 'Do that')
    const { project } = source
    await source.bring()
    project.write(TWO, project.read(TWO).replace('Do that', 'Mine'))
    source.write('Do it now', 'Do that now')
    const before = project.read(ONE)
    const report = await source.bring({ dryRun: true })
    expect(report.texts).toEqual({ changed: ['001-sky/WP01'], kept: ['001-sky/WP02'] })
    expect(renderImport(report)).toContain('would follow the source:\n- 001-sky/WP01\n')
    expect(renderImport(report)).toContain('Next: run it again without --dry-run')
    expect(project.read(ONE)).toBe(before)
  })

  it('stays where no note of this clone says who wrote it', async () => {
    const source = new Source('Do it', 'Do that', 'Do more')
    const { project } = source
    await source.bring()
    rmSync(project.path('.git/kitty/written.jsonl'))
    project.write(THREE, project.read(THREE).replace('Do more', 'Do most'))
    source.write('Do it now', 'Do that', 'Do most')
    expect(await source.bring()).toMatchObject({ files: 0, texts: { changed: [], kept: ['001-sky/WP01'] } })
  })

  it('follows in a file whose line ends, blanks at the end and lane changed', async () => {
    const source = new Source('Do it\n\nand that')
    const { project } = source
    await source.bring()
    const text = project.read(ONE).replace('---\n\n', 'lane: planned\n---\n\n')
    project.write(ONE, `${text} \n\n`.replaceAll('\n', '\r\n'))
    source.write('Do both')
    expect(await source.bring()).toMatchObject({ files: 1, texts: { changed: ['001-sky/WP01'], kept: [] } })
    expect(project.read(ONE)).toMatch(/\r\nlane: planned\r\n---\r\n\r\nDo both\n$/)
  })

  it('is left alone in a file that is not UTF-8, and where a package has two files', async () => {
    const source = new Source('Do it', 'Do that')
    const { project } = source
    await source.bring()
    const bytes = Buffer.concat([Buffer.from(project.read(ONE)), Buffer.from([0xff, 0x0a])])
    project.write(ONE, bytes)
    project.write(TWO.replace('issue-2', 'twin'), project.read(TWO))
    source.write('Do it now', 'Do that now')
    expect(await source.bring()).toMatchObject({ files: 0, texts: { changed: [] } })
    expect(project.read(TWO)).toContain('Do that\n')
  })

  it('stays where kitty could not read the file with the new one, and is named', async () => {
    const source = new Source('Do it', 'Do that')
    const { project } = source
    await source.bring()
    source.write('x'.repeat(LIMITS.workPackage), 'Do that now')
    const report = await source.bring()
    expect(report.texts).toEqual({ changed: ['001-sky/WP02'], kept: [] })
    expect(report.problems).toEqual([
      {
        file: 'sky-1',
        line: null,
        message: expect.stringContaining('its text was not taken over') as string,
      },
    ])
    expect(project.read(ONE)).toContain('Do it\n')
    expect(project.read(TWO)).toContain('Do that now\n')
  })

  it('is imported with no item whose file would be too large for kitty, which is named', async () => {
    const source = new Source('x'.repeat(LIMITS.workPackage), 'Do that')
    const report = await source.bring()
    expect(report.features[0]?.created).toHaveLength(1)
    expect(report.problems).toEqual([
      { file: 'sky-1', line: null, message: expect.stringMatching(/^was not imported.*KiB$/) as string },
    ])
  })

  it('leaves out a secret, and says so', async () => {
    const token = `ghp_${'a1B2'.repeat(9)}`
    const source = new Source('Do it')
    await source.bring()
    source.write(`Do it with ${token}`)
    await source.project.use(async (services) => {
      expect(await bringWith(services, 'beads', '.')).toMatchObject({ files: 1 })
      const warning = expect.stringContaining('001-sky/WP01 held what looks like a secret') as unknown
      expect(await services.warnings()).toContainEqual(warning)
    })
    expect(source.project.read(ONE)).not.toContain(token)
    expect(await source.bring()).toMatchObject({ files: 0, texts: { changed: [], kept: [] } })
  })

  it('has its boxes ticked as they are here', async () => {
    const project = new Project()
    const write = (text: string): void => {
      project.write(
        'backlog/tasks/task-1 - x.md',
        `---\nid: TASK-1\ntitle: One\nstatus: To Do\ncreated_date: '2026-04-25 12:14'\n---\n\n## Description\n\n<!-- SECTION:DESCRIPTION:BEGIN -->\n${text}\n<!-- SECTION:DESCRIPTION:END -->\n\n## Acceptance Criteria\n<!-- AC:BEGIN -->\n- [ ] #1 First\n- [x] #2 Second\n<!-- AC:END -->\n`,
      )
    }
    project.write('backlog/config.yml', 'project_name: "Shop"\nstatuses: ["To Do", "Done"]\n')
    write('What')
    await bring(project, 'backlog')
    const [folder] = readdirSync(project.path('kitty-specs'))
    const tasks = `kitty-specs/${folder!}/tasks`
    const path = `${tasks}/${readdirSync(project.path(tasks))[0]!}`
    const boxes = (): string[] => project.read(path).match(/^- \[.\] .*$/gm) ?? []
    const [first, second] = boxes()
    expect([first, second]).toEqual([expect.stringContaining('[ ]'), expect.stringContaining('[x]')])
    const id = /\[ \] (\S+)/.exec(first!)![1]!
    await project.use(async (services) =>
      (await services.get(MarkSubtasks)).mark({
        feature: folder!,
        subtasks: [id],
        workPackage: 'WP01',
        done: true,
        provenance: by('ada'),
      }),
    )
    write('What now')
    expect((await bring(project, 'backlog')).texts.changed).toEqual([`${folder!}/WP01`])
    expect(project.read(path)).toContain('What now')
    expect(boxes()).toEqual([first!.replace('[ ]', '[x]'), second])
  })

  it('counts as written by kitty, and is known after many commits, too', async () => {
    const source = new Source('Do it')
    const { project } = source
    await source.bring()
    const before = Buffer.from(project.read(ONE))
    source.write('Do it now')
    await source.bring()
    await project.use(async (services) => {
      const own = await services.get(OwnWriting)
      expect(own.history()(ONE, before, Buffer.from(project.read(ONE)))).toBe(true)
      const others = Array.from({ length: 2_100 }, (_, at) => ({
        file: `kitty-specs/001-sky/tasks/WP${at + 10}-x.md`,
        before: undefined,
        after: Buffer.from(`${at}`),
      }))
      own.keepAll(others)
      own.keepOnly([])
      expect(own.hasMade(others[0]!.file, others[0]!.after)).toBeUndefined()
    })
    source.write('Do it at last')
    expect(await source.bring()).toMatchObject({ texts: { changed: ['001-sky/WP01'], kept: [] } })
  })
})
