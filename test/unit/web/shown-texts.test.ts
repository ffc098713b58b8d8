import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createContainer } from '../../../src/core/di/container.js'
import { FinalizeTasks } from '../../../src/core/services/features/finalize-tasks.js'
import { BoardFeed } from '../../../src/core/web/board-feed.js'
import type { StreamMessage } from '../../../src/core/web/documents.js'
import { LogSource } from '../../../src/core/web/log-source.js'
import { WebBoard } from '../../../src/core/web/web-board.js'
import { preparedRepository } from '../../support/prepared-repository.js'
import { BY_ADA, inProcess, testSession } from '../../support/session.js'
import { tempFolder } from '../../support/temp-folder.js'
import type { TempRepository } from '../../support/temp-repository.js'
import { FollowedBoard } from './followed-board.js'
import { PATIENT } from '../../support/patient.js'

const BODY = '/api/package?feature=001-login&work_package=WP01'

let repository: TempRepository
const closing: (() => unknown)[] = []

beforeEach(async () => {
  repository = await preparedRepository()
})
afterEach(async () => {
  vi.useRealTimers()
  for (const close of closing.splice(0).reverse()) await close()
})

function retitle(title: string, body = ''): void {
  const path = join(repository.root, 'kitty-specs/001-login/tasks/WP01-part.md')
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, `${text.replace(/^title: .*$/m, `title: ${JSON.stringify(title)}`)}\n${body}\n`)
}

async function finalize(): Promise<void> {
  const { service, store } = await inProcess({ cwd: repository.root })
  const finalizing = await service(FinalizeTasks)
  await finalizing.finalize({ features: ['001-login'], all: false, provenance: BY_ADA })
  await store.close()
}

describe('texts that the page shows', () => {
  it.each([
    ['reverse text', 'pay \u202eecila\u202c', 'pay \ufffdecila\ufffd'],
    ['hide text', 'safe\u{e0064}\u200b\u2060', 'safe\ufffd\ufffd\ufffd'],
    ['join letters and emoji', 'می\u200cخواهم 👩\u200d💻 ❤\ufe0f', 'می\u200cخواهم 👩\u200d💻 ❤\ufe0f'],
  ])('have characters that %s replaced where they mean nothing', async (_, title, shown) => {
    retitle(title, `Read **${title}**.`)
    await finalize()
    const container = createContainer(testSession({ cwd: repository.root }))
    const web = await container.resolve(WebBoard)
    const served = await web.serve({ readOnly: false, newToken: false, pageFolder: tempFolder() })
    closing.push(() => served.close())
    const kept = readFileSync(join(repository.root, '.git/kitty/web.json'), 'utf8')
    const { token } = JSON.parse(kept) as { token: string } // Written by the board.
    const board = new FollowedBoard(served.url, token)
    closing.push(() => board.close())
    await board.seen('WP01', 'planned')
    expect(board.rows.get('001-login/WP01')).toMatchObject({ title: shown })
    const headers = { authorization: `Bearer ${token}`, 'sec-fetch-site': 'same-origin' }
    const page: unknown = await (await fetch(new URL(BODY, served.url), { headers })).json()
    expect(page).toMatchObject({ work_package: { title: shown } })
    expect(JSON.stringify(page)).toContain(`"tag":"strong","children":["${shown}"]`)
  })

  it('say within two minutes what a file says, without an event', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const container = createContainer(testSession({ cwd: repository.root }))
    const feed = new BoardFeed(await container.resolve(LogSource), 'run')
    const heard: StreamMessage[] = []
    closing.push(await feed.listen(undefined, (message) => heard.push(message)))
    retitle('Log in with a key')
    await vi.advanceTimersByTimeAsync(121_000)
    await vi.waitFor(() => expect(heard[1]).toMatchObject({ type: 'rows' }), PATIENT)
    expect(heard[1]).toMatchObject({ rows: [{ work_package: 'WP01', marks: [{ mark: 'changed' }] }] })
  })
})
