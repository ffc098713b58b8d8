import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { appendFileSync, cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createGzip } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createContainer } from '../../../src/core/di/container.js'
import { MoveTask } from '../../../src/core/services/moves/move-task.js'
import { RebuildIndex } from '../../../src/core/services/events/rebuild-index.js'
import { Status } from '../../../src/core/services/board/status.js'
import { type BoardOptions, WebBoard } from '../../../src/core/web/web-board.js'
import { preparedRepository } from '../../support/prepared-repository.js'
import { BY_ADA, inProcess, testSession } from '../../support/session.js'
import { tempFolder } from '../../support/temp-folder.js'
import type { TempRepository } from '../../support/temp-repository.js'
import { FollowedBoard } from './followed-board.js'
import { PATIENT } from '../../support/patient.js'

let repository: TempRepository
const closing: (() => unknown)[] = []

beforeEach(async () => {
  repository = await preparedRepository()
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function serve(options: Partial<BoardOptions> = {}): Promise<{ url: string; token: string }> {
  const container = createContainer(testSession({ cwd: repository.root }))
  const board = await (
    await container.resolve(WebBoard)
  ).serve({ readOnly: false, newToken: false, pageFolder: tempFolder(), ...options })
  closing.push(() => board.close())
  const kept = readFileSync(join(repository.root, '.git/kitty/web.json'), 'utf8')
  return { url: board.url, token: (JSON.parse(kept) as { token: string }).token } // Written by the board.
}

function follow(url: string, token: string, headers?: Readonly<Record<string, string>>): FollowedBoard {
  const board = new FollowedBoard(url, token, headers)
  closing.push(() => board.close())
  return board
}

interface Elsewhere {
  readonly now?: () => Date
  readonly root?: string
  readonly actor?: string
}

async function move(workPackage: string, to: string, where: Elsewhere = {}): Promise<void> {
  const { now, root = repository.root, actor = 'ada' } = where
  const { service, store } = await inProcess({ cwd: root, ...(now && { now }) })
  const moves = await service(MoveTask)
  const provenance = { ...BY_ADA, actor }
  await moves.move({ feature: '001-login', workPackage, to, force: true, reason: 'test', provenance })
  await store.close()
}

/** As proxies are set up by default: holds an answer back until it is complete, and compresses it, unless it says not to. */
async function proxy(target: string): Promise<string> {
  const server: Server = createServer((asked, answer) => {
    const { pathname } = new URL(asked.url ?? '/', target)
    const passed = request(
      new URL(pathname, target),
      { method: asked.method, headers: asked.headers },
      (from) => {
        const { statusCode = 502, headers } = from
        const mayTransform = !/no-transform/.test(String(headers['cache-control']))
        const isBuffered = headers['x-accel-buffering'] !== 'no'
        if (!mayTransform && !isBuffered) {
          answer.writeHead(statusCode, headers)
          from.pipe(answer)
          return
        }
        const chunks: Buffer[] = []
        from.on('data', (chunk: Buffer) => chunks.push(chunk))
        from.on('end', () => {
          answer.writeHead(statusCode, { ...headers, 'content-encoding': 'gzip' })
          const gzip = createGzip()
          gzip.pipe(answer)
          gzip.end(Buffer.concat(chunks))
        })
      },
    )
    passed.on('error', () => answer.destroy())
    answer.on('close', () => passed.destroy())
    asked.pipe(passed)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('a board that stays open', () => {
  it('is live behind a proxy that buffers and compresses by default', async () => {
    const { token } = await serve({ behindProxy: 'board.example.org', basePath: '/kitty/' })
    const kept = readFileSync(join(repository.root, '.git/kitty/web.json'), 'utf8')
    const { port } = JSON.parse(kept) as { port: number } // Written by the board.
    const outside = await proxy(`http://127.0.0.1:${port}`)
    const headers = { host: 'board.example.org', origin: 'https://board.example.org' }
    const board = follow(`${outside}/kitty/`, token, headers)
    await board.seen('WP01', 'planned')
    await move('WP01', 'doing')
    await board.seen('WP01', 'doing')
  })

  it('goes on after midnight, when writers begin another file', async () => {
    const { url, token } = await serve()
    const board = follow(url, token)
    await board.seen('WP01', 'planned')
    const files = (): number =>
      readdirSync(join(repository.root, '.kittify/events')).filter((name) => name.endsWith('.jsonl')).length
    const before = files()
    await move('WP01', 'doing', { now: () => new Date(Date.now() + 86_400_000) })
    expect(files()).toBe(before + 1)
    await board.seen('WP01', 'doing')
    expect(board.wasEmpty).toBe(false)
  })

  it('shows the same board while its index is rebuilt, and what is written afterward', async () => {
    const { url, token } = await serve()
    const board = follow(url, token)
    await board.seen('WP01', 'planned')
    const { service } = await inProcess({ cwd: repository.root })
    const index = await service(RebuildIndex)
    await index.rebuild()
    await index.close()
    await move('WP01', 'doing')
    await board.seen('WP01', 'doing')
    expect(board.laneOf('WP02')).toBe('planned')
    expect(board.wasEmpty).toBe(false)
  })

  it('shows the board of status after a late merge has changed the past', async () => {
    const { url, token } = await serve()
    const board = follow(url, token)
    await board.seen('WP02', 'planned')
    const other = join(tempFolder(), 'other')
    cpSync(repository.root, other, { recursive: true })
    const today = readdirSync(join(other, '.kittify/events')).find((name) => name.endsWith('.jsonl')) ?? ''
    const before = readFileSync(join(other, '.kittify/events', today), 'utf8')
    // The other clone moves the package first, and its lines come last.
    await move('WP02', 'doing', { root: other })
    await move('WP02', 'for_review', { root: other, actor: 'bob' })
    await move('WP01', 'doing')
    await move('WP02', 'doing', { actor: 'cyd' })
    await board.seen('WP02', 'doing')
    const theirs = readFileSync(join(other, '.kittify/events', today), 'utf8').slice(before.length)
    appendFileSync(join(repository.root, '.kittify/events', today), theirs)
    const { service, store } = await inProcess({ cwd: repository.root })
    const [feature] = (await (await service(Status)).board()).features
    await store.close()
    expect(feature?.conflicts).toHaveLength(1)
    const { lanes, ...row } = feature!
    const expected = [row, ...Object.values(lanes).flat()].map((one) => JSON.stringify(one)).sort()
    await expect
      .poll(() => [...board.rows.values()].map((one) => JSON.stringify(one)).sort(), PATIENT)
      .toEqual(expected)
    expect(board.wasEmpty).toBe(false)
  })

  it('shows the other log after a branch switch has rewritten it, and says that it starts over', async () => {
    const { url, token } = await serve()
    const board = follow(url, token)
    await board.seen('WP01', 'planned')
    repository.git('checkout', '-q', '-b', 'other')
    await move('WP01', 'doing')
    await board.seen('WP01', 'doing')
    repository.commitAll('moved')
    repository.git('checkout', '-q', 'main')
    await board.seen('WP01', 'planned')
    expect(board.reasons.slice(1)).toContain('branch switched')
    expect(board.wasEmpty).toBe(false)
  })
})
