import { appendFileSync, mkdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LiveBoard, WatchBoard } from '../../../src/core/follow/watch-board.js'
import { ResourceUpdates } from '../../../src/core/mcp/resource-updates.js'
import { NoteTask } from '../../../src/core/services/packages/note-task.js'
import { BoardFeed } from '../../../src/core/web/board-feed.js'
import type { StreamMessage } from '../../../src/core/web/documents.js'
import { LogSource } from '../../../src/core/web/log-source.js'
import { by, FEATURE, Project } from '../../support/project.js'
import { PATIENT } from '../../support/patient.js'

const UNREADABLE = expect.stringContaining('is a directory') as string

async function nextOf(boards: AsyncGenerator<LiveBoard>): Promise<LiveBoard> {
  return ((await boards.next()) as IteratorYieldResult<LiveBoard>).value // Cast: no one ends it.
}

describe('while the log cannot be read for a while', () => {
  let project: Project
  let stop: AbortController

  beforeEach(async () => {
    project = await new Project().withPackages({ WP01: {} })
    stop = new AbortController()
  })
  afterEach(() => stop.abort())

  const inTheWay = (): string => project.path('.kittify', 'events', '2020-01-01.jsonl')
  const today = (): string =>
    project.path('.kittify', 'events', `${new Date().toISOString().slice(0, 10)}.jsonl`)
  const note = (text: string): Promise<unknown> =>
    project.use(async (services) =>
      (await services.get(NoteTask)).note({
        feature: FEATURE,
        workPackage: 'WP01',
        text,
        provenance: by('bob'),
      }),
    )

  it('the pages of kitty web keep their board and are told why, and get the next change', async () => {
    await project.use(async (services) => {
      const feed = new BoardFeed(await services.get(LogSource), 'run')
      const messages: StreamMessage[] = []
      const end = await feed.listen(undefined, (message) => messages.push(message))
      mkdirSync(inTheWay())
      await expect.poll(() => services.warnings(), PATIENT).toContainEqual(UNREADABLE)
      expect(messages.at(-1)).toMatchObject({ type: 'failed', message: UNREADABLE })
      rmdirSync(inTheWay())
      await note('later')
      await expect
        .poll(() => messages.at(-1), PATIENT)
        .toMatchObject({ type: 'rows', rows: [{ work_package: 'WP01' }] })
      end()
    })
  })

  it('every follower tries again where the settings are mended and the log stays as it is', async () => {
    await project.use(async (services) => {
      const boards = (await services.get(WatchBoard)).boards(undefined, stop.signal)
      const feed = new BoardFeed(await services.get(LogSource), 'run')
      const messages: StreamMessage[] = []
      const end = await feed.listen(undefined, (message) => messages.push(message))
      await nextOf(boards)
      await note('before')
      await nextOf(boards)
      await expect.poll(() => messages.length, PATIENT).toBeGreaterThan(1)
      writeFileSync(project.path('.kittify', 'config.json'), '<<<<<<<')
      appendFileSync(today(), '\n')
      expect((await nextOf(boards)).failure).toBeDefined()
      await expect.poll(() => messages.at(-1), PATIENT).toMatchObject({ type: 'failed' })
      rmSync(project.path('.kittify', 'config.json'))
      expect((await nextOf(boards)).failure).toBeUndefined()
      await expect.poll(() => messages.at(-1), PATIENT).toMatchObject({ type: 'rows' })
      end()
      await boards.return(undefined)
    })
  })

  it('a live board shows the last one with the reason, and goes on with the next change', async () => {
    await project.use(async (services) => {
      const boards = (await services.get(WatchBoard)).boards(undefined, stop.signal)
      const next = (): Promise<LiveBoard> => nextOf(boards)
      const first = await next()
      mkdirSync(inTheWay())
      expect(await next()).toEqual({
        board: first.board,
        failure: expect.objectContaining({ message: UNREADABLE }) as unknown,
      })
      rmdirSync(inTheWay())
      expect(await next()).toEqual(first)
      await boards.return(undefined)
    })
  })

  it('a live board has nothing to show where the first one cannot be read', async () => {
    mkdirSync(inTheWay())
    await project.use(async (services) => {
      const boards = (await services.get(WatchBoard)).boards(undefined, stop.signal)
      await expect(boards.next()).rejects.toThrow('is a directory')
    })
  })

  it('subscribers of a resource stay subscribed', async () => {
    await project.use(async (services) => {
      const announced: string[] = []
      const failures: string[] = []
      const updates = await services.get(ResourceUpdates)
      const followed = updates.follow(
        { announce: (uri) => announced.push(uri), failed: (error) => failures.push(String(error)) },
        stop.signal,
      )
      mkdirSync(inTheWay())
      await expect.poll(() => failures, PATIENT).toContainEqual(UNREADABLE)
      rmdirSync(inTheWay())
      await note('later')
      await expect.poll(() => announced, PATIENT).toContain(`kitty://wp/${FEATURE}/WP01`)
      stop.abort()
      await followed
    })
  })
})

describe('a live board while the settings change', () => {
  it('has the lanes that are configured now, and leaves the index to other commands as they need it', async () => {
    const project = await new Project().withPackages({ WP01: {} })
    const stop = new AbortController()
    await project.use(async (services) => {
      const boards = (await services.get(WatchBoard)).boards(undefined, stop.signal)
      const lanes = async (): Promise<string[]> =>
        Object.keys((await nextOf(boards)).board.features[0]?.lanes ?? {})
      expect(await lanes()).toContain('doing')
      project.configure({ workflow: 'reviewed' })
      expect(project.run('claim', 'WP01').code).toBe(0)
      expect(await lanes()).toContain('claimed')
      expect(project.run('status').stderr).toBe('')
      await boards.return(undefined)
    })
  })
})
