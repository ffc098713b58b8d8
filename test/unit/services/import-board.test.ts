import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isKittyError } from '../../../src/core/errors/kitty-error.js'
import type { LogEvent } from '../../../src/core/events-lib.js'
import { ArchiveFeature } from '../../../src/core/services/features/archive-feature.js'
import { FinalizeTasks } from '../../../src/core/services/features/finalize-tasks.js'
import { ExportBoard } from '../../../src/core/services/transfer/export-board.js'
import type { ImportBoardRequest } from '../../../src/core/services/transfer/import-board.js'
import type { ImportReport } from '../../../src/core/services/transfer/import-report.js'
import { RedactEvents } from '../../../src/core/services/events/redact-events.js'
import { PastBoard } from '../../../src/core/services/board/past-board.js'
import { TransferFormats } from '../../../src/core/services/transfer/transfer-formats.js'
import { Verify } from '../../../src/core/services/verify/verify.js'
import { EventStore } from '../../../src/core/store/event-store.js'
import { bodyOfFile } from '../../../src/core/transfer/text.js'
import { bring as bringWith } from '../../support/bring.js'
import { runGh } from '../../support/gh.js'
import { schemaErrors } from '../../support/log-schema.js'
import { by, Project } from '../../support/project.js'
import { gitIn } from '../../support/temp-repository.js'

function bring(
  project: Project,
  format: string,
  path: string,
  rest: Partial<ImportBoardRequest> = {},
): Promise<ImportReport> {
  return project.use((services) => bringWith(services, format, path, rest))
}

const events = (project: Project): Promise<LogEvent[]> =>
  project.use(async (services) => (await services.get(EventStore)).read())

async function problems(project: Project): Promise<readonly unknown[]> {
  return project.use(async (services) => (await (await services.get(Verify)).verify()).problems)
}

/** What a board shows, by package. */
async function boardOf(project: Project): Promise<Record<string, unknown>> {
  const states = await project.use(async (services) => (await services.get(EventStore)).workPackages())
  return Object.fromEntries(
    states.map((one) => [
      `${one.feature_slug}/${one.work_package_id}`,
      {
        title: one.title,
        lane: one.lane,
        holder: one.lane === 'doing' || one.lane === 'in_progress' ? one.lane_actor : null,
        assignee: one.assignee,
        priority: one.priority,
        dependencies: one.dependencies,
        subtasks: one.subtasks.map(({ id, done }) => [id, done]),
        tags: one.tags.map(({ tag }) => tag).filter((tag) => !tag.startsWith('src:')),
        notes: one.notes,
      },
    ]),
  )
}

const issue = (n: number, rest: object = {}): string =>
  JSON.stringify({
    id: `sky-${n}`,
    title: `Issue ${n}`,
    description: 'Do it',
    status: 'open',
    priority: 2,
    issue_type: 'task',
    created_at: `2024-05-0${n}T10:00:00Z`,
    updated_at: `2024-05-1${n}T10:00:00Z`,
    created_by: 'eve',
    ...rest,
  })

/** Redacts the imported events that hold a text. */
async function redact(project: Project, text: string): Promise<void> {
  const ids = (await events(project)).filter((one) => JSON.stringify(one.payload).includes(text))
  expect(ids.length).toBeGreaterThan(0)
  await project.use(async (services) =>
    (await services.get(RedactEvents)).redact(
      ids.map(({ event_id }) => event_id),
      'a name',
    ),
  )
}

function beads(...lines: string[]): Project {
  const project = new Project()
  project.write('.beads/issues.jsonl', lines.map((line) => `${line}\n`).join(''))
  return project
}

describe('a source that is not of the format', () => {
  const FOREIGN: readonly (readonly [format: string, path: string, text: string])[] = [
    ['spec-kitty', 'README.md', '# Hello'],
    ['spec-kitty', 'web/meta.json', '{"name":"a site"}'],
    ['spec-kitty', 'web/tasks/WP-plan.md', 'no front matter'],
    ['beads', 'issues.jsonl', '[1, 2]'],
    ['backlog', 'README.md', '# Hello'],
    ['backlog', 'site/config.yml', 'port: 80'],
    ['backlog', 'site/tasks/a.md', 'Buy milk'],
    ['task-master', 'tasks.json', '{"a": 1}'],
    ['github', 'issues.json', '["a", "b"]'],
    ['taskwarrior', 'tasks.json', ''],
    ['csv', 'a.csv', 'x,y\n1,2\n'],
    ['markdown', 'todo.md', 'Nothing to tick.'],
  ]

  it.each(FOREIGN)('is refused by %s: %s, and nothing is written', async (format, path, text) => {
    const project = new Project()
    project.write(`source/${path}`, text)
    const target = `source/${path.split('/')[0] ?? ''}`
    const failure: unknown = await bring(project, format, target, { source: 's' }).catch(
      (error: unknown) => error,
    )
    expect(isKittyError(failure) && [failure.kind, failure.message]).toEqual([
      'UsageError',
      expect.stringContaining(`has nothing to import as ${format}: ${path}`),
    ])
    expect(await events(project)).toEqual([])
    expect(existsSync(project.path('.kittify/config.json'))).toBe(false)
  })

  it('is taken if it is of the format and empty', async () => {
    for (const [format, name, text] of [
      ['beads', 'issues.jsonl', ''],
      ['github', 'issues.json', '[]'],
      ['taskwarrior', 'tasks.json', '[]'],
      ['csv', 'a.csv', 'title\n'],
      ['spec-kitty', 'mission/meta.json', '{"friendly_name":"New"}'],
      ['backlog', 'board/config.yml', 'project_name: Mine'],
    ] as const) {
      const project = new Project()
      project.write(`source/${name}`, text)
      const report = await bring(project, format, `source/${name.split('/')[0] ?? ''}`, { source: 's' })
      expect([format, report.events, report.problems]).toEqual([format, 0, []])
    }
  })
})

describe('kitty import', () => {
  it('writes events, a folder and a file for each package, and answers what it did', async () => {
    const project = beads(
      issue(1),
      issue(2, {
        status: 'closed',
        closed_at: '2024-05-20T10:00:00Z',
        dependencies: [{ depends_on_id: 'sky-1', type: 'blocks' }],
      }),
    )
    const report = await bring(project, 'beads', '.')
    expect(report).toMatchObject({
      format: 'beads',
      dry_run: false,
      in_place: false,
      files: 2,
      workflow: null,
      problems: [],
      features: [{ feature: '001-sky', source: '.beads/issues.jsonl', created: ['WP01', 'WP02'] }],
    })
    expect(project.read('kitty-specs/001-sky/tasks/WP02-issue-2.md')).toBe(
      '---\nwork_package_id: WP02\ntitle: Issue 2\ndependencies: [WP01]\nsubtasks: []\npriority: 2\nsource: "beads:sky-2"\n---\n\nDo it\n',
    )
    expect(JSON.parse(project.read('kitty-specs/001-sky/meta.json'))).toMatchObject({
      imports: { beads: '.beads/issues.jsonl' },
    })
    expect(readdirSync(project.path('.kittify/events')).filter((name) => name.endsWith('.jsonl'))).toContain(
      '2024-05-20.jsonl',
    )
    expect(await problems(project)).toEqual([])
  })

  it('writes nothing with --dry-run, and nothing the second time', async () => {
    const project = beads(issue(1))
    expect(await bring(project, 'beads', '.', { dryRun: true })).toMatchObject({
      dry_run: true,
      events: 3,
      features: [{ created: ['WP01'] }],
    })
    expect(existsSync(project.path('kitty-specs'))).toBe(false)
    expect(await events(project)).toEqual([])
    await bring(project, 'beads', '.')
    expect(await bring(project, 'beads', '.')).toMatchObject({ events: 0, files: 0 })
  })

  it('shows nothing that was written later on the board of an earlier day', async () => {
    const project = beads(issue(1), issue(2, { status: 'closed', closed_at: '2024-05-20T10:00:00Z' }))
    await bring(project, 'beads', '.')
    const at = async (when: string) =>
      project.use(async (services) => {
        const [feature] = (await (await services.get(PastBoard)).board(when)).features
        return Object.fromEntries(
          Object.entries(feature?.lanes ?? {}).flatMap(([lane, list]) =>
            list.map((one) => [one.work_package, lane]),
          ),
        )
      })
    expect(await at('2024-05-01')).toEqual({ WP01: 'planned' })
    expect(await at('2024-05-19')).toEqual({ WP01: 'planned', WP02: 'planned' })
    expect(await at('2024-05-20')).toEqual({ WP01: 'planned', WP02: 'done' })
  })

  it('names damaged lines, imports the rest, and fails as a whole', async () => {
    const project = beads(issue(1), '{"id": "sky-2"', issue(3))
    const report = await bring(project, 'beads', '.')
    expect(report.problems).toEqual([{ file: '.beads/issues.jsonl', line: 2, message: 'not JSON' }])
    expect(report.features[0]!.created).toEqual(['WP01', 'WP02'])
  })

  it('leaves out what holds a secret, in the log and in the file', async () => {
    const token = `ghp_${'a'.repeat(36)}`
    const project = beads(
      issue(1, {
        description: `use ${token}`,
        comments: [{ author: 'x', text: token, created_at: '2024-05-02T00:00:00Z' }],
      }),
      issue(2, { title: token }),
    )
    const report = await bring(project, 'beads', '.')
    expect(report.problems.map(({ file }) => file)).toEqual(['sky-1', 'sky-2'])
    expect(report.features[0]!.created).toEqual(['WP01'])
    const written = readdirSync(project.path('.kittify/events'))
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => project.read(`.kittify/events/${name}`))
    expect(written.join('') + project.read('kitty-specs/001-sky/tasks/WP01-issue-1.md')).not.toContain(token)
  })

  it('lets no package wait for one that it left out, whose number the next package gets', async () => {
    const waits = { dependencies: [{ depends_on_id: 'sky-3', type: 'blocks' }] }
    const project = beads(issue(1, waits), issue(3, { title: `ghp_${'a'.repeat(36)}` }))
    const report = await bring(project, 'beads', '.')
    expect(report.problems.map(({ file }) => file)).toEqual(['sky-3'])
    expect(report.lost).toEqual([{ what: 'dependency (not imported)', count: 1, where: 'dropped' }])
    expect(await boardOf(project)).toMatchObject({ '001-sky/WP01': { dependencies: [] } })
    expect(project.read('kitty-specs/001-sky/tasks/WP01-issue-1.md')).toContain('dependencies: []')
  })

  it('says in the file what the log says, so that nothing is left to sync', async () => {
    const project = beads(
      issue(1, { title: `Long ${'x'.repeat(1_500)}` }),
      issue(2, { labels: ['kitty:subtask=T001-T005', 'kitty:subtask=T001', 'kitty:subtask-done=T001'] }),
      issue(3, { title: 'y'.repeat(20_000) }),
    )
    expect(await bring(project, 'beads', '.')).toMatchObject({ files: 3, problems: [] })
    await project.use(async (services) => {
      const sync = await services.get(FinalizeTasks)
      const provenance = by('ada')
      const { features } = await sync.check({ features: ['001-sky'], all: false, provenance })
      expect(features).toMatchObject([{ created: [], changed: [], behind: [] }])
    })
  })

  describe('of which a whole feature is gone', () => {
    const inFeature = (n: number, feature: string) => issue(n, { labels: [`kitty:feature=${feature}`] })
    const tagsOf = async (project: Project): Promise<unknown> =>
      (await project.use(async (services) => (await services.get(EventStore)).workPackages())).map((one) => [
        one.feature_slug,
        one.tags.some(({ tag }) => tag === 'gone-from-source'),
      ])
    async function without(...lines: string[]): Promise<Project> {
      const project = beads(inFeature(1, '001-a'), inFeature(2, '002-b'))
      await bring(project, 'beads', '.')
      rmSync(project.path('kitty-specs/002-b'), { recursive: true })
      project.write('.beads/issues.jsonl', lines.map((line) => `${line}\n`).join(''))
      return project
    }

    it('tags its packages, once, and makes no file', async () => {
      const project = await without(inFeature(1, '001-a'))
      expect(await bring(project, 'beads', '.')).toMatchObject({
        events: 1,
        files: 0,
        features: [{ feature: '001-a' }, { feature: '002-b', created: [], changed: ['WP01'] }],
      })
      expect(await tagsOf(project)).toEqual([
        ['001-a', false],
        ['002-b', true],
      ])
      expect(existsSync(project.path('kitty-specs/002-b'))).toBe(false)
      expect(await bring(project, 'beads', '.')).toMatchObject({
        events: 0,
        features: [{ feature: '001-a' }],
      })
    })

    it('tags all packages where nothing is left', async () => {
      const project = await without()
      expect(await bring(project, 'beads', '.')).toMatchObject({ events: 2 })
      expect(await tagsOf(project)).toEqual([
        ['001-a', true],
        ['002-b', true],
      ])
    })

    it('tags nothing of another source, with --feature, or where a line is damaged', async () => {
      const project = await without(inFeature(1, '001-a'))
      const rest = { feature: '001-a' }
      expect(await bring(project, 'beads', '.', rest)).toMatchObject({ events: 0 })
      const other = await bring(project, 'beads', '.', { source: 'other', dryRun: true })
      expect(other.features.map(({ feature }) => feature)).not.toContain('002-b')
      project.write('.beads/issues.jsonl', `${inFeature(1, '001-a')}\n{\n`)
      expect(await bring(project, 'beads', '.')).toMatchObject({ events: 0 })
    })

    it('leaves an archived feature as it is', async () => {
      const project = await without(inFeature(1, '001-a'))
      await project.use(async (services) =>
        (await services.get(ArchiveFeature)).archive({
          feature: '002-b',
          restore: false,
          provenance: by('ada'),
        }),
      )
      expect(await bring(project, 'beads', '.')).toMatchObject({ events: 0, problems: [] })
    })
  })

  it('imports no item whose file kitty could not read, and names it', async () => {
    const subtasks = Array.from({ length: 600 }, (_, at) => `kitty:subtask=T${at + 1_000}`)
    const waits = { dependencies: [{ depends_on_id: 'sky-1', type: 'blocks' }] }
    const project = beads(issue(1, { labels: subtasks }), issue(2, waits))
    const report = await bring(project, 'beads', '.')
    expect(report.problems).toEqual([
      {
        file: 'sky-1',
        line: null,
        message: expect.stringMatching(
          /^was not imported, since kitty could not read its file: WP01-.* 500 keys/,
        ),
      },
    ])
    expect(report.features).toMatchObject([{ created: ['WP02'] }])
    expect(await boardOf(project)).toMatchObject({ '001-sky/WP02': { dependencies: [] } })
    expect(readdirSync(project.path('kitty-specs/001-sky/tasks'))).toEqual(['WP02-issue-2.md'])
  })

  it('asks for --source where the file is outside and names no project', async () => {
    const [project, other] = [new Project(), beads(issue(1))]
    const failure = await bring(project, 'beads', other.root).catch((error: unknown) => error)
    expect(isKittyError(failure) && failure.kind).toBe('UsageError')
    await bring(project, 'beads', other.root, { source: 'sky' })
    expect((await events(project))[0]!.causation_id).toContain('import:beads:sky:')
  })

  it('goes into the feature that is named, behind the packages it has', async () => {
    const project = await beads(issue(1)).withPackages({ WP01: {}, WP02: {} })
    const report = await bring(project, 'beads', '.', { feature: '001-demo' })
    expect(report.features).toMatchObject([{ feature: '001-demo', created: ['WP03'] }])
    expect(await bring(project, 'beads', '.')).toMatchObject({
      events: 0,
      features: [{ feature: '001-demo' }],
    })
  })

  it('follows no link instead of a folder it writes to', async () => {
    const [project, outside] = [beads(issue(1)), new Project()]
    symlinkSync(outside.root, project.path('kitty-specs'))
    const failure = await bring(project, 'beads', '.').catch((error: unknown) => error)
    expect(isKittyError(failure) && failure.kind).toBe('UnsafeSetup')
    expect(readdirSync(outside.root).sort()).toEqual(['.git', '.kittify'])
  })

  it('writes files that are missing after an interruption', async () => {
    const project = beads(issue(1), issue(2))
    await bring(project, 'beads', '.')
    rmSync(project.path('kitty-specs/001-sky/tasks/WP02-issue-2.md'))
    expect(await bring(project, 'beads', '.')).toMatchObject({ events: 0, files: 1 })
    expect(project.read('kitty-specs/001-sky/tasks/WP02-issue-2.md')).toContain('title: Issue 2\n')
  })

  it('lets the files follow what an update changed, and leaves what was changed in them', async () => {
    const changed = {
      title: 'Renamed',
      priority: 0,
      dependencies: [{ depends_on_id: 'sky-2', type: 'blocks' }],
    }
    const project = beads(issue(1), issue(2), issue(3))
    await bring(project, 'beads', '.')
    const [one, three] = ['WP01-issue-1.md', 'WP03-issue-3.md'].map(
      (name) => `kitty-specs/001-sky/tasks/${name}`,
    )
    project.write(one!, project.read(one!).replace('Do it', 'Do it, with care'))
    project.write(three!, project.read(three!).replace('title: Issue 3', 'title: My own words'))
    const lines = [issue(1, changed), issue(2), issue(3, { title: 'Their words', priority: 1 })]
    project.write('.beads/issues.jsonl', `${lines.join('\n')}\n`)
    expect(await bring(project, 'beads', '.')).toMatchObject({ files: 2 })
    expect(project.read(one!)).toBe(
      '---\nwork_package_id: WP01\ntitle: "Renamed"\ndependencies: [WP02]\nsubtasks: []\npriority: 0\nsource: "beads:sky-1"\n---\n\nDo it, with care\n',
    )
    expect(project.read(three!)).toMatch(/title: My own words\n[^]*priority: 1\n/)
    expect(await bring(project, 'beads', '.')).toMatchObject({ events: 0, files: 0 })
  })

  it('brings files up to date that an interrupted update has left behind', async () => {
    const project = beads(issue(1))
    await bring(project, 'beads', '.')
    const path = 'kitty-specs/001-sky/tasks/WP01-issue-1.md'
    const before = project.read(path)
    project.write('.beads/issues.jsonl', `${issue(1, { title: 'Renamed' })}\n`)
    await bring(project, 'beads', '.')
    // As a kill after the events leaves it: neither the file nor a note of what was synced.
    project.write(path, before)
    rmSync(project.path('.git/kitty/synced'), { recursive: true })
    expect(await bring(project, 'beads', '.')).toMatchObject({ events: 0, files: 1 })
    expect(project.read(path)).toContain('title: "Renamed"')
  })

  it('brings any number of files up to date that an interrupted update has left behind', async () => {
    const all = Array.from({ length: 230 }, (_, at) => `sky-${at + 1}`)
    const lines = (suffix: string): string =>
      all.map((id) => `${issue(1, { id, title: `${id}${suffix}` })}\n`).join('')
    const project = new Project()
    project.write('.beads/issues.jsonl', lines(''))
    await bring(project, 'beads', '.')
    const folder = 'kitty-specs/001-sky/tasks'
    const names = readdirSync(project.path(folder))
    const before = new Map(names.map((name) => [name, project.read(`${folder}/${name}`)]))
    gitIn(project.root, 'add', '.')
    gitIn(project.root, 'commit', '-qm', 'imported')
    project.write('.beads/issues.jsonl', lines(' renamed'))
    expect(await bring(project, 'beads', '.')).toMatchObject({ files: all.length })
    expect(await bring(project, 'beads', '.')).toMatchObject({ events: 0, files: 0 })
    // As a kill after the events leaves them: neither the files nor notes of what was synced.
    for (const [name, text] of before) project.write(`${folder}/${name}`, text)
    rmSync(project.path('.git/kitty/synced'), { recursive: true })
    // One was set back by a person, and that counts.
    const own = `${folder}/${names.find((name) => name.startsWith('WP07-'))!}`
    project.write(
      own,
      before.get(names.find((name) => name.startsWith('WP07-'))!)!.replace(/title: .*/, 'title: Mine'),
    )
    expect(await bring(project, 'beads', '.')).toMatchObject({ events: 0, files: all.length - 1 })
    expect(names.filter((name) => !project.read(`${folder}/${name}`).includes(' renamed"'))).toEqual([
      own.slice(folder.length + 1),
    ])
    expect(project.read(own)).toContain('title: Mine\n')
  })

  it('leaves what a commit has set back since the update, also among many', async () => {
    const all = Array.from({ length: 20 }, (_, at) => `sky-${at + 1}`)
    const lines = (suffix: string): string =>
      all.map((id) => `${issue(1, { id, title: `${id}${suffix}` })}\n`).join('')
    const project = new Project()
    const commit = (message: string): void => {
      gitIn(project.root, 'add', '.')
      gitIn(project.root, 'commit', '-qm', message)
    }
    project.write('.beads/issues.jsonl', lines(''))
    await bring(project, 'beads', '.')
    commit('imported')
    project.write('.beads/issues.jsonl', lines(' renamed'))
    await bring(project, 'beads', '.')
    commit('updated')
    for (const name of readdirSync(project.path('kitty-specs/001-sky/tasks'))) {
      const path = `kitty-specs/001-sky/tasks/${name}`
      project.write(path, project.read(path).replace(' renamed', ''))
    }
    commit('set back')
    rmSync(project.path('.git/kitty/synced'), { recursive: true })
    expect(await bring(project, 'beads', '.')).toMatchObject({ events: 0, files: 0 })
  })

  it('writes lane, ticks and definition of a package with one replacement of its file', async () => {
    const project = new Project()
    const list = (title: string, box: string): string =>
      `# Things\n\n- [ ] ${title}\n  - [${box}] T001 First step\n`
    project.write('TODO.md', list('One', ' '))
    await bring(project, 'markdown', 'TODO.md')
    const [name] = readdirSync(project.path('kitty-specs/001-things/tasks'))
    const path = `kitty-specs/001-things/tasks/${name!}`
    const text = project.read(path)
    project.write(path, text.replace('---\n\n', 'lane: planned\n---\n\n- [ ] T001 First step\n\n'))
    project.write('TODO.md', list('One', 'x').replace('- [ ] One', '- [x] One'))
    expect(await bring(project, 'markdown', 'TODO.md')).toMatchObject({ files: 1 })
    expect(project.read(path)).toMatch(/\nlane: done\n---\n\n- \[x\] T001 First step\n/)
  })

  it('merges two clones that imported two states of one file, with nothing doubled and nothing to decide', async () => {
    const project = beads(
      issue(1, { comments: [{ author: 'x', text: 'hi', created_at: '2024-05-02T00:00:00Z' }] }),
    )
    const git = (cwd: string, ...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd, stdio: 'pipe' })
    git(project.root, 'add', '-A')
    git(project.root, 'commit', '-qm', 'start', '--allow-empty')
    const clone = new Project()
    rmSync(clone.root, { recursive: true })
    git(project.root, 'clone', '-q', project.root, clone.root)
    mkdirSync(clone.path('.kittify', 'events'), { recursive: true })
    await bring(project, 'beads', '.')
    clone.write(
      '.beads/issues.jsonl',
      `${issue(1, { status: 'closed', closed_at: '2024-05-20T10:00:00Z', comments: [{ author: 'x', text: 'hi', created_at: '2024-05-02T00:00:00Z' }] })}\n${issue(2)}\n`,
    )
    await bring(clone, 'beads', '.')
    for (const name of readdirSync(clone.path('.kittify/events')).filter((file) => file.endsWith('.jsonl'))) {
      const [ours, theirs] = [`.kittify/events/${name}`, clone.read(`.kittify/events/${name}`)]
      project.write(ours, (existsSync(project.path(ours)) ? project.read(ours) : '') + theirs)
    }
    expect(await boardOf(project)).toMatchObject({
      '001-sky/WP01': { lane: 'done', notes: 1 },
      '001-sky/WP02': { lane: 'planned' },
    })
    const states = await project.use(async (services) => (await services.get(EventStore)).workPackages())
    expect(states.flatMap(({ conflicts }) => conflicts)).toEqual([])
    expect(
      (await problems(project)).filter((one) => !/out_of_order|duplicate/.test(JSON.stringify(one))),
    ).toEqual([])
  })
})

describe('a board that is exported and imported into an empty repository', () => {
  async function worked(config?: unknown): Promise<Project> {
    const lanes =
      config === undefined
        ? ['planned', 'doing', 'for_review', 'done', 'rejected', 'canceled']
        : [
            'planned',
            'claimed',
            'in_progress',
            'for_review',
            'in_review',
            'approved',
            'done',
            'blocked',
            'canceled',
          ]
    const project = new Project(config)
    await project.withPackages(
      Object.fromEntries(
        lanes.map((_, at) => [
          `WP0${at + 1}`,
          { subtasks: [`T00${at + 1}`], dependencies: at === 0 ? [] : ['WP01'] },
        ]),
      ),
    )
    await project.use(async (services) => {
      const store = await services.get(EventStore)
      const write = (id: string, event_type: string, payload: object): Promise<unknown> =>
        // Cast: the test names types and payloads that go together.
        store.emit(
          [
            {
              event_type,
              entity_id: id,
              entity_type: 'WorkPackage',
              payload: { feature_slug: '001-demo', ...payload },
            } as never,
          ],
          by('bob'),
        )
      for (const [at, lane] of lanes.entries()) {
        const id = `WP0${at + 1}`
        if (at > 0)
          await write(id, 'WPStatusChanged', {
            old_status: 'planned',
            new_status: lane,
            force: true,
            reason: 'test',
          })
        await write(id, 'TagsChanged', { added: ['ui', `lane: ${lane}`], removed: [] })
        await write(id, 'NoteAdded', { text: 'A note' })
      }
      await write('WP02', 'SubtaskCompleted', { work_package_id: 'WP02', subtask_id: 'T002', done: true })
      await write('WP03', 'Assigned', { work_package_id: 'WP03', assignee: 'cy' })
      await write('WP03', 'WPChanged', {
        work_package_id: 'WP03',
        title: { old: 'Part WP03', new: 'A "new": title' },
        priority: { old: 2, new: 0 },
        source: { commit: null, author: null },
      })
    })
    return project
  }

  async function roundTrip(
    format: string,
    config?: unknown,
  ): Promise<{
    readonly before: unknown
    readonly after: unknown
    readonly texts: { readonly before: Record<string, string>; readonly after: Record<string, string> }
    readonly report: ImportReport
  }> {
    const project = await worked(config)
    const files = await project.use(async (services) => {
      const exporter = (await services.get(TransferFormats)).exporter(format)
      return (await services.get(ExportBoard)).files(exporter, undefined)
    })
    const other = new Project()
    const single = { csv: 'tasks.csv', github: 'issues.json' }[format] ?? 'issues.jsonl'
    for (const { path, text } of files)
      other.write(`export/${path || single}`, format === 'github' ? JSON.stringify(runGh(text).issues) : text)
    const report = await bring(other, format, 'export')
    const texts = { before: textsOf(project), after: textsOf(other) }
    return { before: await boardOf(project), after: await boardOf(other), texts, report }
  }

  /** The texts of the packages' files, by package. */
  function textsOf(project: Project): Record<string, string> {
    const tasks = 'kitty-specs/001-demo/tasks'
    return Object.fromEntries(
      readdirSync(project.path(tasks)).map((name) => [
        name.slice(0, 4),
        bodyOfFile(project.read(`${tasks}/${name}`)),
      ]),
    )
  }

  it.each(['spec-kitty', 'beads', 'backlog', 'github'])('is the same board through %s', async (format) => {
    const { before, after, texts, report } = await roundTrip(format)
    expect(report.problems).toEqual([])
    expect(after).toEqual(before)
    // With the box that the text has, and no second one.
    expect(texts.before['WP02']).toBe('# Part\n\n- [ ] T002 Do it')
    expect(texts.after).toEqual(texts.before)
  })

  it('is the same board through csv, but for its notes', async () => {
    const { before, after } = await roundTrip('csv')
    expect(JSON.parse(JSON.stringify(after).replaceAll('"notes":0', '"notes":1'))).toEqual(before)
  })

  it.each(['spec-kitty', 'beads', 'backlog'])(
    'brings its table of nine lanes along through %s',
    async (format) => {
      const { before, after, report } = await roundTrip(format, { workflow: 'reviewed' })
      expect(report.workflow).toBe('reviewed')
      expect(after).toEqual(before)
    },
  )
})

const data = process.env['KITTY_SHARED_DATA']
const specs = data === undefined ? '' : join(data, 'kitty-specs')
if (!existsSync(specs))
  console.log('skipped: adoption of real missions, KITTY_SHARED_DATA names no folder with kitty-specs')

describe.skipIf(!existsSync(specs))('a spec-kitty repository', () => {
  function cloned(): Project {
    const project = new Project()
    cpSync(specs, project.path('kitty-specs'), { recursive: true })
    execFileSync('chmod', ['-R', 'u+w', project.path('kitty-specs')])
    return project
  }

  it('is adopted in place: its boards are what the source computed, and not a byte of its files changes', async () => {
    const project = cloned()
    const report = await bring(project, 'spec-kitty', '.')
    expect(report).toMatchObject({ in_place: true, workflow: 'reviewed', files: 0, problems: [] })
    expect(JSON.parse(project.read('.kittify/config.json'))).toEqual({ workflow: 'reviewed' })
    execFileSync('diff', ['-r', specs, project.path('kitty-specs')])
    const states = await project.use(async (services) => (await services.get(EventStore)).workPackages())
    for (const feature of readdirSync(specs).filter((name) => /^\d/.test(name))) {
      const status = JSON.parse(readFileSync(join(specs, feature, 'status.json'), 'utf8')) as {
        work_packages: Record<string, { lane: string; subtasks?: Record<string, string> }>
      }
      for (const [id, { lane, subtasks = {} }] of Object.entries(status.work_packages)) {
        const state = states.find((one) => one.feature_slug === feature && one.work_package_id === id)!
        expect([feature, id, state.lane]).toEqual([feature, id, lane])
        for (const [subtask, value] of Object.entries(subtasks))
          expect([id, subtask, state.subtasks.find((one) => one.id === subtask)?.done ?? false]).toEqual([
            id,
            subtask,
            value === 'done',
          ])
        expect(state.conflicts).toEqual([])
      }
    }
    expect(await problems(project)).toEqual([])
    for (const event of await events(project))
      expect([event.event_id, schemaErrors(JSON.stringify(event))]).toEqual([event.event_id, []])
    expect(await bring(project, 'spec-kitty', '.')).toMatchObject({ events: 0, workflow: null })
  })

  it('accounts for every line of its logs', async () => {
    const project = cloned()
    const report = await bring(project, 'spec-kitty', '.')
    const keys = (await events(project)).map(({ causation_id }) => causation_id ?? '')
    const lines = readdirSync(specs)
      .filter((name) => /^\d/.test(name))
      .flatMap((feature) =>
        readFileSync(join(specs, feature, 'status.events.jsonl'), 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Record<string, unknown>),
      )
    expect(lines.length).toBe(204)
    for (const line of lines)
      expect(keys.some((key) => key.endsWith(`:${String(line['event_id'])}`))).toBe(true)
    expect(Object.fromEntries(report.lost.map(({ what, count }) => [what, count]))).toMatchObject({
      'execution_mode of a move': expect.any(Number),
    })
  })

  it('takes a line that was merged into the middle of a log as one event', async () => {
    const project = cloned()
    await bring(project, 'spec-kitty', '.')
    const path = 'kitty-specs/056-documentation-parity-sprint/status.events.jsonl'
    const lines = project.read(path).trim().split('\n')
    const template = JSON.parse(lines[2]!) as Record<string, unknown>
    lines.splice(
      2,
      0,
      JSON.stringify({
        ...template,
        event_id: '01KMB0MK0000000000000000ZZ',
        from_lane: 'in_progress',
        to_lane: 'blocked',
        at: '2026-03-22T14:54:26.800000+00:00',
      }),
    )
    project.write(path, `${lines.join('\n')}\n`)
    const before = await boardOf(project)
    expect(await bring(project, 'spec-kitty', '.')).toMatchObject({ events: 1 })
    expect(await boardOf(project)).toEqual(before)
  })

  it('is refused in a log of the default table without --map, and then goes by the table, with the setting as it is', async () => {
    const project = cloned()
    await project.use(async (services) => {
      await (
        await services.get(EventStore)
      ).emit(
        [
          {
            event_type: 'SpecCreated',
            entity_id: '900-own',
            entity_type: 'FeatureSpec',
            payload: { feature_slug: '900-own', title: 't', mission: 'm', created_by: 'ada' },
          },
        ],
        by('ada'),
      )
    })
    const failure = await bring(project, 'spec-kitty', '.').catch((error: unknown) => error)
    expect(isKittyError(failure) && [failure.kind, failure.exitCode]).toEqual(['UsageError', 2])
    expect(await events(project)).toHaveLength(1)
    await bring(project, 'spec-kitty', '.', { maps: ['default'] })
    expect(existsSync(project.path('.kittify/config.json'))).toBe(false)
    const states = await project.use(async (services) =>
      (await services.get(EventStore)).workPackages('056-documentation-parity-sprint'),
    )
    expect(states.map(({ lane }) => lane)).toEqual(Array.from({ length: 10 }, () => 'for_review'))
    expect(states[0]!.gates).toMatchObject([{ gate_type: 'REVIEW', status: 'passed' }])
  })
})

describe('a status that is a word of every JavaScript object', () => {
  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'is an unknown one: %s',
    async (word) => {
      const project = beads(issue(1, { status: word, labels: [word], issue_type: word, priority: word }))
      await bring(project, 'beads', '.')
      project.write(
        'tasks.json',
        JSON.stringify({
          tasks: [
            {
              id: 1,
              title: 'x',
              status: word,
              priority: word,
              subtasks: [{ id: 1, title: 'y', status: word }],
            },
          ],
        }),
      )
      await bring(project, 'task-master', 'tasks.json', { feature: 'tm', source: 'tm' })
      project.write('board.csv', `id,title,status\n1,x,${word}\n`)
      await bring(project, 'csv', 'board.csv', { feature: 'csv', source: 'csv' })
      project.write(
        'tasks.txt',
        JSON.stringify([
          { uuid: 'a', description: 'x', status: word, priority: word, entry: '20250101T000000Z' },
        ]),
      )
      await bring(project, 'taskwarrior', 'tasks.txt', { feature: 'tw', source: 'tw' })
      const lanes = Object.values(await boardOf(project)).map((one) => (one as { lane: string }).lane) // as above
      expect(new Set(lanes)).toEqual(new Set(['planned']))
      expect(await problems(project)).toEqual([])
    },
  )
})

describe('an import of what was redacted', () => {
  const source = (rest: object = {}): string =>
    issue(1, {
      title: 'For Acme',
      labels: ['acme'],
      assignee: 'acme-bob',
      comments: [{ id: 1, author: 'eve', text: 'Acme called', created_at: '2024-05-02T10:00:00Z' }],
      ...rest,
    })

  it.each<[string, object]>([
    ['the same file', {}],
    ['a file in which something else has changed', { status: 'closed', updated_at: '2024-06-01T10:00:00Z' }],
  ])('brings nothing of it back: %s', async (_, rest) => {
    const project = beads(source())
    await bring(project, 'beads', '.')
    const before = (await events(project)).length
    await redact(project, 'cme')
    project.write('.beads/issues.jsonl', `${source(rest)}\n`)
    const report = await bring(project, 'beads', '.')
    expect(JSON.stringify(report.lost)).toContain('title that was redacted here')
    expect(report.conflicts).toEqual([])
    const now = await events(project)
    expect(JSON.stringify(now.map(({ payload }) => payload))).not.toMatch(/acme/i)
    expect(now.length - before).toBe(Object.keys(rest).length === 0 ? 0 : 1)
  })

  it('still follows what was not redacted, and the log stays valid', async () => {
    const project = beads(source())
    await bring(project, 'beads', '.')
    await redact(project, 'Acme called')
    project.write('.beads/issues.jsonl', `${source({ title: 'For them', labels: ['x'] })}\n`)
    await bring(project, 'beads', '.')
    expect(await boardOf(project)).toMatchObject({ '001-sky/WP01': { title: 'For them', tags: ['x'] } })
    expect(JSON.stringify(await events(project))).not.toContain('Acme called')
    expect(await problems(project)).toEqual([])
  })
})
