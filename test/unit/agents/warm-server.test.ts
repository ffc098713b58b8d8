import { appendFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { EventIndex } from '../../../src/core/index/event-index.js'
import { KeptIndex } from '../../../src/core/index/sqlite/kept-index.js'
import { JsonlEventLog } from '../../../src/core/log/jsonl-event-log.js'
import { NoteTask } from '../../../src/core/services/packages/note-task.js'
import { preparedRepository } from '../../support/prepared-repository.js'
import { BY_ADA, inProcess } from '../../support/session.js'
import { tempFolder } from '../../support/temp-folder.js'
import { type Call, toolCalls } from '../../support/tool-calls.js'

/** A server in this process, and what another process does in the meantime. */
async function server(): Promise<{ root: string; call: Call; note: (text: string) => Promise<string> }> {
  const { root } = await preparedRepository()
  const call = await toolCalls(root)
  const note = async (text: string): Promise<string> => {
    const { store, service } = await inProcess({ cwd: root })
    const notes = await service(NoteTask)
    const event = await notes.note({ feature: '001-login', workPackage: 'WP01', text, provenance: BY_ADA })
    await store.close()
    return event.event.event_id
  }
  return { root, call, note }
}

describe('a server that answers many calls', () => {
  it('gives what arrived since an event, each once, its own and that of others', async () => {
    const { call, note } = await server()
    const { structuredContent: first } = await call('history', { limit: 1 })
    let after: unknown = first['next_after']
    const seen: string[] = []
    const wrote: string[] = []
    for (const text of ['one', 'two', 'three']) {
      wrote.push(await note(text))
      const { structuredContent } = await call('history', { after })
      seen.push(...(structuredContent['events'] as { event_id: string }[]).map(({ event_id }) => event_id))
      after = structuredContent['next_after']
    }
    expect(seen).toEqual(wrote)
    const { structuredContent: again } = await call('history', { after: wrote[0] })
    expect(again).toMatchObject({ count: 2, next_after: wrote[2] })
  })

  it('goes on where what it keeps is deleted between two calls', async () => {
    const { root, call, note } = await server()
    const event = await note('one')
    await call('history', { after: event })
    rmSync(join(root, '.git', 'kitty', 'arrivals'))
    for (const file of ['index.db', 'index.db-wal', 'index.db-shm'])
      rmSync(join(root, '.kittify', 'events', file), { force: true })
    const later = await note('two')
    expect((await call('history', { after: event })).structuredContent).toMatchObject({ next_after: later })
    expect((await call('show', { wp: 'WP01' })).structuredContent).toMatchObject({
      work_package: { notes: [{ text: 'one' }, { text: 'two' }] },
    })
  })
})

describe('a call that only reads', () => {
  const looksOf = async (call: Call, tool: string, given: Record<string, unknown>): Promise<number> => {
    await call(tool, given)
    const list = vi.spyOn(JsonlEventLog.prototype, 'list')
    expect((await call(tool, given)).isError).toBeUndefined()
    const looks = list.mock.calls.length
    list.mockRestore()
    return looks
  }

  it.each([
    ['board', {}],
    ['next', {}],
    ['next', { claim: false }],
    ['show', { wp: 'WP01' }],
    ['conflicts', {}],
  ])('looks at the log once: %s %j', async (tool, given) => {
    const { call } = await server()
    expect(await looksOf(call, tool, given)).toBe(1)
  })

  it('never holds back a claim', async () => {
    const { call } = await server()
    const { structuredContent } = await call('next', { claim: true })
    expect(structuredContent).toMatchObject({ claimed: { work_package: 'WP01' }, resumed: false })
    expect((await call('next', { limit: 1 })).structuredContent).toMatchObject({
      next: [{ work_package: 'WP01', offer: 'in_work', file: 'kitty-specs/001-login/tasks/WP01-part.md' }],
    })
  })
})

describe('the connection that a request leaves', () => {
  const indexFor = (): EventIndex & { close: ReturnType<typeof vi.fn> } =>
    // A cast: nothing but closing is asked of it here.
    ({ foldRules: {}, close: vi.fn(() => Promise.resolve()) }) as never

  it('is the next one’s while it is to the file that is there, by the same rules', async () => {
    const path = join(tempFolder(), 'index.db')
    appendFileSync(path, '')
    const [kept, index] = [new KeptIndex(), indexFor()]
    kept.opened(index, path)
    expect(kept.take(path, {})).toBeUndefined()
    await kept.give(index)
    expect(kept.take(path, { statusRule: 'priority' })).toBeUndefined()
    expect(kept.take(path, {})).toBe(index)
    await kept.give(index)
    rmSync(path)
    expect(kept.take(path, {})).toBeUndefined()
    await kept.drop()
    expect(index.close).toHaveBeenCalledTimes(1)
  })

  it('is closed after a second, so that others can replace the file, but not under a request', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] })
    try {
      const path = join(tempFolder(), 'index.db')
      appendFileSync(path, '')
      const [kept, idle, busy] = [new KeptIndex(), indexFor(), indexFor()]
      kept.opened(busy, path)
      kept.opened(idle, path)
      await kept.give(idle)
      await vi.advanceTimersByTimeAsync(1_000)
      expect([idle.close.mock.calls.length, busy.close.mock.calls.length]).toEqual([1, 0])
      await kept.give(busy)
      expect(busy.close).toHaveBeenCalledTimes(1)
    } finally {
      vi.useRealTimers()
    }
  })
})
