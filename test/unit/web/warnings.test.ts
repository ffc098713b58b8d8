import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createContainer } from '../../../src/core/di/container.js'
import { NoticeList, Notices } from '../../../src/core/errors/notices.js'
import { Api } from '../../../src/core/web/api.js'
import { LogSource } from '../../../src/core/web/log-source.js'
import { preparedRepository } from '../../support/prepared-repository.js'
import { testSession } from '../../support/session.js'

const NOTE = { feature: '001-login', work_package: 'WP01', text: 'hello' }
const RESTORED = expect.stringContaining('Restored') as unknown

/** A board's services, and the folder of its log, from which git has just removed what was written. */
async function afterGitRemovedEvents() {
  const repository = await preparedRepository()
  const container = createContainer(testSession({ cwd: repository.root }))
  const api = await container.resolve(Api)
  const events = join(repository.root, '.kittify/events')
  const days = readdirSync(events).filter((name) => name.endsWith('.jsonl'))
  expect(readFileSync(join(events, days[0] ?? ''), 'utf8')).not.toBe('')
  for (const day of days) rmSync(join(events, day))
  return { api, source: await container.resolve(LogSource), notices: await container.resolve(Notices) }
}

describe('what a request warns of', () => {
  let told: string[] = []
  afterEach(() => (told = []))

  it('is told by the process that serves the board, as soon as it is known', async () => {
    const { api, notices } = await afterGitRemovedEvents()
    notices.follow((message) => told.push(message))
    await api.route('note')?.answer(NOTE)
    expect(told).toEqual([RESTORED])
  })

  it('is kept, also for a reader that asks later', async () => {
    const { api, source, notices } = await afterGitRemovedEvents()
    await api.route('note')?.answer(NOTE)
    await source.look()
    expect(notices.all).toEqual([RESTORED])
  })
})

describe('the notices of a process', () => {
  it('tell a follower what was reported before, and each new message once', () => {
    const [notices, told]: [NoticeList, string[]] = [new NoticeList(), []]
    notices.warn('first')
    notices.follow((message) => told.push(message))
    notices.warn('second')
    notices.warn('second')
    expect(told).toEqual(['first', 'second'])
  })
})
