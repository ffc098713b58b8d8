import { mkdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { renderCiSummary } from '../../../src/core/cli/render/ci-summary.js'
import { CiOutput } from '../../../src/core/services/ci-output.js'
import { CiReport, type CiReportResult } from '../../../src/core/services/ci-report.js'
import { MoveTask } from '../../../src/core/services/moves/move-task.js'
import { isKittyError } from '../../../src/core/errors/kitty-error.js'
import { by, FEATURE, Project } from '../../support/project.js'
import { testSession } from '../../support/session.js'
import { gitIn } from '../../support/temp-repository.js'

async function repository(): Promise<Project> {
  const project = await new Project().withPackages({ WP01: {}, WP02: {} })
  commit(project, 'ada', 'start')
  gitIn(project.root, 'checkout', '-q', '-b', 'work')
  return project
}

function commit(project: Project, author: string, message: string): void {
  gitIn(project.root, 'add', '-A', '.kittify/events', 'kitty-specs')
  gitIn(project.root, 'commit', '-q', '-m', message, `--author=${author} <a@b.example>`)
}

function move(project: Project, actor: string, workPackage: string, to: string): Promise<unknown> {
  return project.use(async (services) =>
    (await services.get(MoveTask)).move({
      feature: FEATURE,
      workPackage,
      to,
      force: false,
      provenance: by(actor),
    }),
  )
}

const report = (project: Project, base?: string): Promise<CiReportResult> =>
  project.use(async (services) => (await services.get(CiReport)).report(base))

describe('what a branch does to the board', () => {
  it('is the lanes that change, and by whom', async () => {
    const project = await repository()
    await move(project, 'ada', 'WP01', 'doing')
    commit(project, 'ada', 'claim')
    const found = await report(project, 'main')
    expect(found).toMatchObject({
      new_events: 1,
      changes: [{ work_package: 'WP01', from: 'planned', to: 'doing', actor: 'ada' }],
      conflicts: [],
      authors: [],
      problems: [],
      ok: true,
    })
    expect(renderCiSummary(found)).toContain('| 001-demo/WP01 Part WP01 | planned | doing | ada |')
  })

  it('names an event whose actor is another author of the repository than its commit, and no agent', async () => {
    const project = await repository()
    await move(project, 'ada', 'WP01', 'doing')
    await move(project, 'claude', 'WP02', 'doing')
    commit(project, 'mallory', 'work')
    const { authors, ok } = await report(project, 'main')
    expect(authors).toMatchObject([{ entity_id: 'WP01', actor: 'ada', author: 'mallory' }])
    expect(ok).toBe(false)
  })

  it('is a conflict where both sides moved one package', async () => {
    const project = await repository()
    await move(project, 'bob', 'WP01', 'doing')
    commit(project, 'bob', 'bob claims')
    gitIn(project.root, 'checkout', '-q', 'main')
    gitIn(project.root, 'clean', '-qfd', '.kittify')
    const clone = new Project()
    gitIn(clone.root, 'fetch', '-q', project.root, 'main', 'work')
    gitIn(clone.root, 'fetch', '-q', project.root, 'main:refs/heads/base', 'work:refs/heads/work')
    gitIn(clone.root, 'checkout', '-q', 'base')
    mkdirSync(clone.path('.kittify', 'events'), { recursive: true })
    await move(clone, 'eve', 'WP01', 'doing')
    commit(clone, 'eve', 'eve claims')
    const found = await report(clone, 'work')
    expect(found.conflicts).toMatchObject([{ entity_id: 'WP01', register: 'status' }])
    expect(renderCiSummary(found)).toContain('### Conflicts it opens')
  })

  it('is nothing where nothing changed', async () => {
    const project = await repository()
    expect(renderCiSummary(await report(project, 'main'))).toBe(
      '## kitty\n\n0 new events since main.\n\nNothing on the board changes, and nothing is wrong with the log.\n',
    )
  })

  it('is compared with main without --base, and with nothing where there is no such branch', async () => {
    const project = await repository()
    expect((await report(project)).base).toBe('main')
    gitIn(project.root, 'branch', '-q', '-m', 'main', 'trunk')
    const failure = await report(project).catch((error: unknown) => error)
    expect(isKittyError(failure) && failure.exitCode).toBe(2)
  })

  it('names problems of the log', async () => {
    const project = await repository()
    const day = '.kittify/events/2026-11-22.jsonl'
    project.write(
      day,
      `${project.read(day)}{"x"
`,
    )
    const found = await report(project, 'main')
    expect(found.problems).toMatchObject([{ kind: 'not_json' }])
    expect(found.ok).toBe(false)
  })

  it('shows no markup that a title brings', () => {
    const change = {
      feature: '001-a',
      work_package: 'WP01',
      title: '<img src=x> | [x](y) @team',
      from: 'planned',
      to: 'doing',
      actor: 'a|b',
      timestamp: null,
      event_id: null,
      by_hub: false,
    }
    const text = renderCiSummary({
      base: 'main',
      base_commit: '',
      head_commit: '',
      new_events: 1,
      imported: 0,
      findings: [],
      changes: [change],
      conflicts: [],
      settled: [],
      authors: [],
      by_hub: [],
      problems: [],
      ok: true,
    })
    expect(text).toContain(
      '| 001-a/WP01 &lt;img src=x> \\| \\[x\\](y) @&#8203;team | planned | doing | a\\|b |',
    )
  })
})

describe('lines of the log that a branch takes out or changes', () => {
  const dayOf = (project: Project): string =>
    gitIn(project.root, 'ls-files', '.kittify/events/*.jsonl').trim().split('\n')[0] ?? ''

  it.each([
    ['removed_line', (text: string) => text.trimEnd().split('\n').slice(0, -1).join('\n') + '\n'],
    ['changed_line', (text: string) => text.replaceAll('"actor":"ada"', '"actor":"eve"')],
  ])('are in the document, in the summary and in what --strict says: %s', async (kind, edit) => {
    const project = await repository()
    project.write(dayOf(project), edit(project.read(dayOf(project))))
    commit(project, 'ada', 'edit')
    const found = await report(project, 'main')
    expect(found.findings[0]).toMatchObject({ kind, author: 'ada' })
    expect(found.ok).toBe(false)
    expect(renderCiSummary(found)).toContain('### Lines that do not fit their commits')
    const failure = new CiOutput(testSession({ cwd: project.root })).failure(found)
    expect(failure?.message).toMatch(/lines? that (?:does|do) not fit (?:its commit|their commits)/)
  })

  it('do not fail it where kitty redacted them, which the summary says', async () => {
    const project = await repository()
    const [first = '', ...others] = project.read(dayOf(project)).split('\n')
    const { payload, ...envelope } = JSON.parse(first) as { payload: { feature_slug: string } }
    const stub = JSON.stringify({
      ...envelope,
      payload: { feature_slug: payload.feature_slug, redacted: 'a name' },
    })
    project.write(dayOf(project), [stub, ...others].join('\n'))
    commit(project, 'ada', 'redact')
    const found = await report(project, 'main')
    expect(found.findings.map(({ kind }) => kind)).toEqual(['stub'])
    expect(found.problems).toEqual([])
    expect(found.ok).toBe(true)
    expect(renderCiSummary(found)).toContain('### To look at')
  })

  it('are found where only a merge took them out', async () => {
    const project = await repository()
    gitIn(project.root, 'commit', '-q', '--allow-empty', '-m', 'work')
    gitIn(project.root, 'checkout', '-q', '-b', 'side', 'main')
    gitIn(project.root, 'commit', '-q', '--allow-empty', '-m', 'side')
    gitIn(project.root, 'checkout', '-q', 'work')
    gitIn(project.root, 'merge', '-q', '--no-ff', '--no-commit', 'side')
    await move(project, 'ada', 'WP01', 'doing')
    commit(project, 'mallory', 'Merge branch side')
    expect(await report(project, 'main')).toMatchObject({
      ok: false,
      authors: [{ actor: 'ada', author: 'mallory' }],
    })
  })
})

it.each(['main', undefined])('a tag with the name of a branch is not the base: --base %s', async (base) => {
  const project = await repository()
  await move(project, 'ada', 'WP01', 'doing')
  commit(project, 'mallory', 'work')
  for (const name of ['main', 'origin/main']) gitIn(project.root, 'tag', name)
  const branch = gitIn(project.root, 'rev-parse', 'refs/heads/main').trim()
  expect(await report(project, base)).toMatchObject({ base_commit: branch, ok: false })
  gitIn(project.root, 'update-ref', 'refs/remotes/origin/main', 'refs/heads/main')
  expect(await report(project, 'origin/main')).toMatchObject({ base_commit: branch, ok: false })
})

it('a tag is not the base either where only origin has a branch of that name', async () => {
  const project = await repository()
  const branch = gitIn(project.root, 'rev-parse', 'main').trim()
  await move(project, 'ada', 'WP01', 'doing')
  commit(project, 'mallory', 'work')
  gitIn(project.root, 'update-ref', 'refs/remotes/origin/main', 'main')
  gitIn(project.root, 'branch', '-q', '-D', 'main')
  gitIn(project.root, 'tag', 'main')
  expect(await report(project, 'main')).toMatchObject({ base_commit: branch, ok: false })
})

it.each(['v1', 'HEAD', 'HEAD~0'])('any other revision is the base as it was typed: %s', async (typed) => {
  const project = await repository()
  gitIn(project.root, 'tag', 'v1')
  gitIn(project.root, 'commit', '-q', '--allow-empty', '-m', 'later')
  gitIn(project.root, 'update-ref', 'refs/remotes/origin/HEAD', 'main')
  const meant = gitIn(project.root, 'rev-parse', `${typed}^{commit}`).trim()
  expect(await report(project, typed)).toMatchObject({ base: typed, base_commit: meant })
})
