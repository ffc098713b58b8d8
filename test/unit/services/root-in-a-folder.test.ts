import { mkdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Audit } from '../../../src/core/services/audit/audit.js'
import { CiReport } from '../../../src/core/services/ci-report.js'
import { MissingFiles } from '../../../src/core/services/definitions/missing-files.js'
import { FinalizeTasks } from '../../../src/core/services/features/finalize-tasks.js'
import { tooLongPath } from '../../../src/core/services/workspaces/long-paths.js'
import { MergePreview } from '../../../src/core/services/merge/merge-preview.js'
import { MoveTask } from '../../../src/core/services/moves/move-task.js'
import { by, FEATURE } from '../../support/project.js'
import { inProcess, type InProcess } from '../../support/session.js'
import { gitIn, TempRepository } from '../../support/temp-repository.js'

const FOLDER = 'apps/web'
const PACKAGE = `kitty-specs/${FEATURE}/tasks/WP01-part.md`

/** A repository of several projects, in one of which kitty is set up: KITTY_ROOT names that folder. */
class Monorepo {
  readonly outer = new TempRepository()
  readonly root = this.outer.path(FOLDER)

  async use<T>(work: (kitty: InProcess) => Promise<T>): Promise<T> {
    const kitty = await inProcess({ cwd: this.root, env: { KITTY_ROOT: this.root } })
    try {
      return await work(kitty)
    } finally {
      await kitty.store.close()
    }
  }

  async setUp(): Promise<void> {
    mkdirSync(this.outer.path(FOLDER, '.kittify', 'events'), { recursive: true })
    this.outer.write(`${FOLDER}/.kittify/.gitignore`, 'events/index.db*\nerrors/\nclock.json\n')
    this.package('One')
    await this.use(async (kitty) =>
      (await kitty.service(FinalizeTasks)).finalize({
        features: [FEATURE],
        all: false,
        provenance: by('ada'),
      }),
    )
    this.commit('ada')
    gitIn(this.root, 'checkout', '-q', '-b', 'pr')
  }

  package(title: string): void {
    this.outer.write(
      `${FOLDER}/${PACKAGE}`,
      `---\nwork_package_id: WP01\ntitle: ${title}\nlane: planned\ndependencies: []\nsubtasks: []\n---\n\n# Part\n`,
    )
  }

  async move(actor: string): Promise<void> {
    const asked = { feature: FEATURE, workPackage: 'WP01', to: 'doing', force: false }
    await this.use(async (kitty) => (await kitty.service(MoveTask)).move({ ...asked, provenance: by(actor) }))
  }

  commit(author: string): void {
    gitIn(this.outer.root, 'add', '-A')
    gitIn(this.outer.root, 'commit', '-q', '-m', 'work', `--author=${author} <${author}@example.org>`)
  }
}

async function monorepo(): Promise<Monorepo> {
  const made = new Monorepo()
  await made.setUp()
  return made
}

describe('where KITTY_ROOT names a folder of the repository', () => {
  it('the audit reads the commits that changed the log', async () => {
    const repository = await monorepo()
    await repository.move('ada')
    repository.commit('mallory')
    const found = await repository.use(async (kitty) => (await kitty.service(Audit)).audit('main..HEAD'))
    expect(found).toMatchObject({ commits: 1, events: 1, findings: [{ kind: 'foreign_author' }] })
  })

  it('the audit finds an event dated before the commit of main that brought what it follows', async () => {
    const repository = await monorepo()
    await repository.move('bob')
    repository.commit('bob')
    const [first] = await repository.use((kitty) => kitty.store.read())
    const parent = first?.event_id ?? expect.unreachable()
    const line = JSON.stringify({
      ...first,
      event_id: '01BX5ZZKBKACTAV9WEVGEMMVRZ',
      actor: 'claude',
      lamport_clock: 900,
      timestamp: '2020-01-01T00:00:00.000Z',
      parents: [parent],
    })
    repository.outer.write(`${FOLDER}/.kittify/events/2020-01-01.jsonl`, `${line}\n`)
    repository.commit('mallory')
    const found = await repository.use(async (kitty) => (await kitty.service(Audit)).audit('HEAD~1..HEAD'))
    expect(found.findings).toMatchObject([{ kind: 'before_parent', author: 'mallory' }])
  })

  it('the audit knows the people whom the .mailmap at the top of the repository names', async () => {
    const repository = await monorepo()
    repository.outer.write('.mailmap', 'carol <carol@example.org>\n')
    await repository.move('carol')
    repository.commit('mallory')
    const found = await repository.use(async (kitty) => (await kitty.service(Audit)).audit('main..HEAD'))
    expect(found.findings).toMatchObject([{ kind: 'foreign_author', actor: 'carol' }])
  })

  it('kitty ci names an event of another author than its commit', async () => {
    const repository = await monorepo()
    await repository.move('ada')
    repository.commit('mallory')
    const report = await repository.use(async (kitty) => (await kitty.service(CiReport)).report('main'))
    expect(report).toMatchObject({ authors: [{ actor: 'ada', author: 'mallory' }], ok: false })
  })

  it('the preview of a merge names events and the definitions that change, by their paths from that folder', async () => {
    const repository = await monorepo()
    await repository.move('ada')
    repository.package('Two')
    repository.commit('mallory')
    gitIn(repository.root, 'checkout', '-q', 'main')
    const preview = await repository.use(async (kitty) =>
      (await kitty.service(MergePreview)).preview(kitty.store, 'pr'),
    )
    expect(preview.findings).toMatchObject([{ kind: 'foreign_author', author: 'mallory' }])
    expect(preview.definitions).toMatchObject([{ file: PACKAGE, work_package: 'WP01', change: 'changed' }])
  })

  it('a package whose file was deleted is missing here, not made on another branch', async () => {
    const repository = await monorepo()
    gitIn(repository.root, 'rm', '-q', PACKAGE)
    const marks = await repository.use(async (kitty) =>
      (await kitty.service(MissingFiles)).marks(FEATURE, ['WP01'], true),
    )
    expect(marks.get('WP01')?.mark).not.toBe('elsewhere')
  })

  it('the longest path of a new worktree counts from the top of the repository, which git checks out', async () => {
    const repository = await monorepo()
    const name = `${'deep/'.repeat(45)}file.txt`
    repository.outer.write(`elsewhere/${name}`, 'x\n')
    repository.commit('ada')
    expect(tooLongPath(repository.root, '/worktrees/a-long-name', 'HEAD', 'win32')?.file).toBe(
      `elsewhere/${name}`,
    )
  })
})
