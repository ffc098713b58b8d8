import { describe, expect, it, vi } from 'vitest'
import { Gates } from '../../../src/core/services/packages/gates.js'
import { NoteTask } from '../../../src/core/services/packages/note-task.js'
import { RecordUsage } from '../../../src/core/services/packages/record-usage.js'
import { preparedRepository } from '../../support/prepared-repository.js'
import { BY_ADA, inProcess } from '../../support/session.js'
import { type Call, toolCalls } from '../../support/tool-calls.js'

const WP = { feature: '001-login', workPackage: 'WP01' }

async function server(): Promise<{ root: string; call: Call; types: () => Promise<string[]> }> {
  const { root } = await preparedRepository({ '001-login': [{ id: 'WP01', subtasks: ['T001', 'T002'] }] })
  const { store, service } = await inProcess({ cwd: root })
  const gates = await service(Gates)
  await gates.add({ ...WP, type: 'CI', provenance: BY_ADA })
  const first = (await store.read({})).length
  await store.close()
  const types = async (): Promise<string[]> => {
    const { store } = await inProcess({ cwd: root })
    const events = await store.read({})
    await store.close()
    return events.slice(first).map(({ event_type }) => event_type)
  }
  return { root, call: await toolCalls(root), types }
}

const SECRET = `ghp_${'aB3'.repeat(12)}`

describe('record', () => {
  it.each([
    ['UnknownGate', { gate: 'nope', status: 'passed' }],
    ['UsageError', { gate: 'WP01-CI', status: 'green' }],
    ['UsageError', { tags: ['no tag'] }],
    ['UsageError', { tags: ['a'], untag: ['a'] }],
    ['UsageError', { done: ['T009'] }],
    ['UsageError', { done: ['T001', 'T009'] }],
    ['UsageError', { open: ['T009'] }],
    ['UsageError', { tokens: 'many' }],
    ['UsageError', { cost: '-1' }],
    ['UsageError', { tokens: 7 }],
    ['ValidationError', { tags: [SECRET] }],
    ['ValidationError', { gate: 'WP01-CI', status: 'failed', details: SECRET }],
  ])('writes nothing, not even the note, where another part is refused (%s): %j', async (kind, part) => {
    const { call, types } = await server()
    const answer = await call('record', { wp: 'WP01', note: 'hello', ...part })
    expect(answer).toMatchObject({ isError: true, structuredContent: { error: { kind } } })
    expect(await types()).toEqual([])
  })

  it('writes each part once for a key, in whatever company it comes', async () => {
    const { call, types } = await server()
    const both = await call('record', { wp: 'WP01', note: 'hello', tags: ['a'], key: 'kk' })
    expect(both.isError).toBeUndefined()
    const again = await call('record', { wp: 'WP01', note: 'hello', key: 'kk' })
    expect(again.isError).toBeUndefined()
    await call('record', { wp: 'WP01', note: 'hello', done: ['T001'], key: 'kk' })
    await call('record', { wp: 'WP01', done: ['T001'], key: 'kk' })
    expect(await types()).toEqual(['NoteAdded', 'TagsChanged', 'SubtaskCompleted'])
    const other = await call('record', { wp: 'WP01', tokens: '5', note: 'another', key: 'kk' })
    expect(other).toMatchObject({ isError: true, structuredContent: { error: { kind: 'UsageError' } } })
    expect(await types()).toHaveLength(3)
  })

  it('answers for the plain key that an earlier version stored, and refuses one of another operation', async () => {
    const { root, call, types } = await server()
    const { store, service } = await inProcess({ cwd: root })
    const notes = await service(NoteTask)
    await notes.note({ ...WP, text: 'hello', provenance: { ...BY_ADA, causationId: 'kk' } })
    await store.close()
    await call('record', { wp: 'WP01', note: 'hello', tags: ['a'], key: 'kk' })
    await call('record', { wp: 'WP01', note: 'hello', key: 'kk' })
    expect(await types()).toEqual(['NoteAdded', 'TagsChanged'])
    await call('move', { wp: 'WP01', to: 'doing', key: 'mm' })
    const taken = await call('record', { wp: 'WP01', note: 'hello', key: 'mm' })
    expect(taken.content[0]?.text).toContain('was used for WPStatusChanged')
  })

  it('says what it has recorded where a later part fails all the same', async () => {
    const { call, types } = await server()
    const full = Object.assign(new Error('no space left'), { code: 'EIO' })
    const record = vi.spyOn(RecordUsage.prototype, 'record').mockRejectedValue(full)
    const answer = await call('record', { wp: 'WP01', note: 'hello', tags: ['a'], tokens: '5', key: 'kk' })
    record.mockRestore()
    expect(answer).toMatchObject({
      isError: true,
      structuredContent: { error: { context: { recorded: ['note', 'tags'] } } },
    })
    expect(answer.content[0]?.text).toContain('Recorded before that: note, tags.')
    await call('record', { wp: 'WP01', note: 'hello', tags: ['a'], tokens: '5', key: 'kk' })
    expect(await types()).toEqual(['NoteAdded', 'TagsChanged', 'UsageRecorded'])
  })
})
