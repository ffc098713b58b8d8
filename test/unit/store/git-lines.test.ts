import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { KittyError } from '../../../src/core/errors/kitty-error.js'
import { NoticeList } from '../../../src/core/errors/notices.js'
import { CLOSED } from '../../../src/core/log/archive/closed-logs.js'
import type { RawLine } from '../../../src/core/log/event-log.js'
import { GitLines } from '../../../src/core/store/git-lines.js'
import { Workspace } from '../../../src/core/workspace/workspace.js'
import { note, noteLine, ulid } from '../../support/events.js'
import { errorOf } from '../../support/kitty-error.js'
import { inProcess } from '../../support/session.js'
import { TempRepository } from '../../support/temp-repository.js'

const FILE = '.kittify/events/2026-11-22.jsonl'
const line = (seed: number): RawLine => ({
  event_id: ulid(seed),
  timestamp: note(seed).timestamp,
  bytes: Buffer.from(noteLine(seed)),
})
const ids = (lines: readonly RawLine[] | undefined): string[] | undefined =>
  lines?.map(({ event_id }) => event_id)

describe('the log’s lines as git has them', () => {
  let repository: TempRepository
  let workspace: Workspace
  let notices: NoticeList
  let lines: GitLines

  beforeEach(async () => {
    repository = new TempRepository()
    repository.initKitty()
    repository.write(FILE, noteLine(1) + noteLine(2))
    repository.commitAll('two events')
    workspace = await (await inProcess({ cwd: repository.root })).service(Workspace)
    notices = new NoticeList()
    lines = new GitLines(workspace, notices)
  })

  /** The log of these events was closed when a new one began. */
  const closed = (...seeds: number[]): void => {
    const folder = join(workspace.privateDir, `${CLOSED}1`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'ids'), seeds.map((seed) => `${ulid(seed)}\n`).join(''))
  }

  it('are missing from the work tree where its file lacks them, but for those of a closed log', () => {
    expect(lines.unstaged()).toEqual([])
    repository.write(FILE, noteLine(2))
    expect(lines.unstaged()).toEqual([line(1)])
    rmSync(repository.path(FILE))
    expect(ids(lines.unstaged())).toEqual([ulid(1), ulid(2)])
    closed(1)
    expect(ids(lines.unstaged())).toEqual([ulid(2)])
  })

  it('cannot be told while git is at work', () => {
    rmSync(repository.path(FILE))
    repository.write('.git/index.lock', '')
    expect(lines.unstaged()).toBeUndefined()
    expect(notices.all).toEqual([])
  })

  it('lack the youngest of the work tree, but for those that are known and those of a closed log', () => {
    repository.write(FILE, [1, 2, 3, 4, 5].map((seed) => noteLine(seed)).join(''))
    expect(ids(lines.youngest(new Set()))?.sort()).toEqual([3, 4, 5].map(ulid))
    closed(3)
    expect(ids(lines.youngest(new Set([ulid(4)])))).toEqual([ulid(5)])
  })

  it('are hidden where git was told to keep the log out of the work tree', () => {
    expect(lines.hidden()).toEqual([])
    repository.git('update-index', '--skip-worktree', FILE)
    expect(lines.hidden()).toEqual([line(1), line(2)])
    closed(2)
    expect(ids(lines.hidden())).toEqual([ulid(1)])
  })

  it('are committed in HEAD, on another branch, or nowhere', () => {
    repository.git('checkout', '--quiet', '-b', 'other')
    repository.write(FILE, [1, 2, 3].map((seed) => noteLine(seed)).join(''))
    repository.commitAll('a third')
    repository.git('checkout', '--quiet', 'main')
    const { inHead, elsewhere } = lines.committed([1, 3, 4].map(line))
    expect([1, 3, 4].map((seed) => inHead.has(ulid(seed)))).toEqual([true, false, false])
    expect(elsewhere.has(ulid(3)) && !elsewhere.has(ulid(4))).toBe(true)
  })

  it('are not known where git fails, which is said', () => {
    const failing = new GitLines({ ...workspace, root: join(repository.root, 'nowhere') }, notices)
    expect(failing.unstaged()).toBeUndefined()
    expect(failing.youngest(new Set())).toBeUndefined()
    expect(failing.hidden()).toEqual([])
    expect(notices.all[0]).toMatch(
      /^Could not find out whether git removed events from \.kittify\/events\. ./,
    )
  })

  it('are asked for in vain where only someone can mend the setup', () => {
    const unsafe = new KittyError('UnsafeSetup', 'Git is not safe here.', { nextSteps: ['Mend it.'] })
    const ask = (error: Error) => () =>
      lines.ifItAnswers(() => {
        throw error
      })
    expect(errorOf(ask(unsafe))).toBe(unsafe)
    expect(ask(new TypeError('a fault'))).toThrow('a fault')
    expect(notices.all).toEqual([])
  })
})
