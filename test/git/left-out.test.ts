import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EventStore } from '../../src/core/store/event-store.js'
import { Initialize } from '../../src/core/services/initialize.js'
import { Verify } from '../../src/core/services/verify/verify.js'
import { commitLog, emit, inProcess, kitty, move, project } from '../support/kitty.js'
import { tempFolder } from '../support/temp-folder.js'
import { gitIn } from '../support/temp-repository.js'

const idsIn = async (folder: string): Promise<string[]> =>
  (await inProcess(folder, EventStore, (store) => store.read())).result.map(({ event_id }) => event_id).sort()

/** Event ids in the log that HEAD has. */
function idsInHead(folder: string): string[] {
  const files = gitIn(folder, 'ls-tree', '-r', '--name-only', 'HEAD', '.kittify/events').trim().split('\n')
  return files
    .flatMap((file) => gitIn(folder, 'show', `HEAD:${file}`).trim().split('\n'))
    .map((line) => (JSON.parse(line) as { event_id: string }).event_id) // a line of the log
    .sort()
}

/** An upstream with settings of its own, whose log ends today. */
async function upstream(): Promise<string> {
  const folder = await project()
  writeFileSync(
    join(folder, '.kittify', 'config.json'),
    '{"log": {"files": "daily"}, "merge": {"status": "priority"}}',
  )
  await emit(folder, 'ada', move('doing'))
  gitIn(folder, 'add', '.kittify')
  gitIn(folder, 'commit', '--quiet', '--message', 'log and settings')
  gitIn(folder, 'config', 'uploadpack.allowFilter', 'true')
  return folder
}

function clone(origin: string, ...options: string[]): string {
  const folder = join(tempFolder(), 'clone')
  gitIn(dirname(folder), 'clone', '--quiet', ...options, `file://${origin}`, folder)
  gitIn(folder, 'config', 'user.name', 'Bob')
  gitIn(folder, 'config', 'user.email', 'bob@example.org')
  return folder
}

const CLONES: readonly (readonly [name: string, make: (origin: string) => string])[] = [
  ['a sparse clone', (origin) => clone(origin, '--sparse')],
  ['a partial clone', (origin) => clone(origin, '--filter=blob:none')],
  ['a partial, sparse clone', (origin) => clone(origin, '--filter=blob:none', '--sparse')],
  ['a shallow clone', (origin) => clone(origin, '--depth=1')],
]

describe('a clone in which git leaves the log out', () => {
  it.each(CLONES)('%s has every event of HEAD, and its settings, without kitty init', async (_, make) => {
    const origin = await upstream()
    const folder = make(origin)
    const status = await kitty(folder, ['status', '--json'], { KITTY_ACTOR: 'bob' })
    expect(status.code, status.stdout).toBe(0)
    expect(await idsIn(folder)).toEqual(await idsIn(origin))
    expect(existsSync(join(folder, '.kittify', 'config.json'))).toBe(true)
  })

  it.each(CLONES)('%s loses none by init, a write and a commit', async (_, make) => {
    const origin = await upstream()
    const folder = make(origin)
    await inProcess(folder, Initialize, async (service) => service.initialise())
    const { result } = await emit(folder, 'bob', move('for_review', 'WP01', 'doing'))
    gitIn(folder, 'add', '--all', '--sparse', '.')
    gitIn(folder, 'commit', '--quiet', '--all', '--message', 'bob')
    expect(idsInHead(folder)).toEqual([...(await idsIn(origin)), ...result].sort())
    expect((await inProcess(folder, Verify, (service) => service.verify())).result.problems).toEqual([])
  })

  it('a sparse clone has what a later pull brings, also in files that stay out of the work tree', async () => {
    const origin = await upstream()
    const folder = clone(origin, '--sparse')
    await idsIn(folder)
    const old = new Date(Date.now() - 3 * 24 * 3600 * 1000)
    await inProcess(
      origin,
      EventStore,
      (store) =>
        store.emit([move('for_review', 'WP01', 'doing')], {
          actor: 'ada',
          causationId: null,
          correlationId: null,
        }),
      () => old,
    )
    commitLog(origin)
    gitIn(folder, 'pull', '--quiet', '--no-rebase', '--no-edit')
    // The new day's file is one that git leaves out.
    expect(gitIn(folder, 'ls-files', '-t', '.kittify/events')).toMatch(/^S /m)
    expect(await idsIn(folder)).toEqual(await idsIn(origin))
  })

  it.each([
    ['status', '--json'],
    ['init', '--per-writer', '--json'],
  ])('keeps its settings where a sparse checkout takes them away later: %s', async (...words) => {
    const folder = clone(await upstream())
    await emit(folder, 'bob', move('for_review', 'WP01', 'doing'))
    const all = await idsIn(folder)
    gitIn(folder, 'sparse-checkout', 'set', 'src')
    // The folder stays, for the sake of the event that is not committed.
    expect(existsSync(join(folder, '.kittify', 'events'))).toBe(true)
    expect(existsSync(join(folder, '.kittify', 'config.json'))).toBe(false)
    expect((await kitty(folder, words)).code).toBe(0)
    expect(await idsIn(folder)).toEqual(all)
    const settings = readFileSync(join(folder, '.kittify', 'config.json'), 'utf8')
    expect(JSON.parse(settings)).toMatchObject({ merge: { status: 'priority' } })
    expect(existsSync(join(folder, '.kittify', '.gitignore'))).toBe(true)
  })

  it.each(['--skip-worktree', '--assume-unchanged'])(
    'with %s on a day’s file keeps events that are deleted by hand, no matter which program stored them',
    async (flag) => {
      const origin = await upstream()
      const folder = clone(origin)
      const all = await idsIn(folder)
      const [file = ''] = gitIn(folder, 'ls-files', '.kittify/events').trim().split('\n')
      gitIn(folder, 'update-index', flag, file)
      const [first = ''] = readFileSync(join(folder, file), 'utf8').split('\n')
      writeFileSync(join(folder, file), `${first}\n`)
      const { problems } = (await inProcess(folder, Verify, (service) => service.verify())).result
      expect(problems.filter(({ kind }) => kind === 'not_in_log')).toHaveLength(all.length - 1)
      expect(await idsIn(folder)).toEqual(all)
      const doctor = await kitty(folder, ['doctor', '--json'])
      const checks = doctor.json()['checks'] as { name: string; ok: boolean }[] // doctor's document
      expect(checks.find(({ name }) => name === 'log-tracked')?.ok).toBe(false)
    },
  )

  it('whose .kittify was deleted, with all that git’s directory knew, has it again', async () => {
    const origin = await upstream()
    const folder = clone(origin)
    rmSync(join(folder, '.kittify'), { recursive: true })
    rmSync(join(folder, '.git', 'kitty'), { recursive: true, force: true })
    expect(await idsIn(folder)).toEqual(await idsIn(origin))
    expect(gitIn(folder, 'status', '--porcelain')).toBe('')
  })

  it('is no repository where kitty was never set up', async () => {
    const folder = tempFolder()
    gitIn(folder, 'init', '--quiet')
    const ran = await kitty(folder, ['status', '--json'])
    expect(ran.json()['error']).toMatchObject({
      kind: 'NotInitialised',
      next_steps: [{ text: 'kitty init', argv: ['kitty', 'init'] }],
    })
  })
})
