import { describe, expect, it } from 'vitest'
import { preparedRepository } from '../../support/prepared-repository.js'
import { inProcess } from '../../support/session.js'
import { toolCalls } from '../../support/tool-calls.js'

const ALPHA_AND_BETA = { '001-alpha': [{ id: 'WP01' }, { id: 'WP02' }], '002-beta': [{ id: 'WP01' }] }

async function eventCount(root: string): Promise<number> {
  const { store } = await inProcess({ cwd: root })
  const events = await store.read({})
  await store.close()
  return events.length
}

describe('the arguments of a tool', () => {
  it('wp and feature together name the package, also on the branch of another feature', async () => {
    const repository = await preparedRepository(ALPHA_AND_BETA)
    repository.git('checkout', '--quiet', '-b', '001-alpha')
    const call = await toolCalls(repository.root)
    const { structuredContent } = await call('plan', { wp: 'WP01', feature: '002-beta', title: 'Beta' })
    expect(structuredContent).toMatchObject({ feature: '002-beta', work_package: 'WP01', changed: ['title'] })
    const two = await call('plan', { wp: '001-alpha/WP02', feature: '002-beta', title: 'x' })
    expect(two).toMatchObject({ isError: true, structuredContent: { error: { kind: 'UsageError' } } })
    expect(two.content[0]?.text).toContain('two features')
  })

  it.each([
    ['plan', { wp: 'WP01', subtasks: ['Write it'] }, 'no subtasks with wp'],
    ['plan', { wp: 'WP01', feature: '001-alpha', title: 'x', sync: true }, 'no wp, title with sync'],
    ['plan', { title: 'x', drop: ['WP01'], feature: '001-alpha' }, 'no drop without wp'],
    ['plan', { title: 'x', check: true, feature: '001-alpha' }, 'no title with sync or check'],
    ['next', { another: true }, 'no another without claim'],
    ['next', { claim: true, limit: 2 }, 'no limit with claim'],
    ['conflicts', { wp: '001/WP01' }, 'no wp without keep'],
    ['conflicts', { register: 'title' }, 'no register without keep'],
    ['record', { wp: '001/WP01', details: 'all green' }, '"status" is missing'],
    ['record', { wp: '001/WP01', gate: 'WP01-CI' }, '"status" is missing'],
    ['record', { wp: '001/WP01', status: 'passed' }, '"gate" is missing'],
  ])('that have no use are refused by name, and nothing is written: %s %j', async (tool, given, named) => {
    const { root } = await preparedRepository(ALPHA_AND_BETA)
    const before = await eventCount(root)
    const { isError, content, structuredContent } = await (await toolCalls(root))(tool, given)
    expect(structuredContent).toMatchObject({ error: { kind: 'UsageError' } })
    expect(isError).toBe(true)
    expect(content[0]?.text).toContain(named)
    expect(await eventCount(root)).toBe(before)
  })

  it.each([
    ['plan', { wp: '001/WP01', title: 'x', sync: false, check: false, subtasks: [], drop: null }],
    ['plan', { title: 'x', feature: '001', drop: [], sync: false }],
    ['plan', { check: true, sync: true, feature: '001-alpha', title: null }],
    ['next', { claim: false, another: false, limit: 1 }],
    ['conflicts', { feature: '001', wp: null }],
  ])('that ask for nothing are not refused: %s %j', async (tool, given) => {
    const { root } = await preparedRepository(ALPHA_AND_BETA)
    expect((await (await toolCalls(root))(tool, given)).isError).toBeUndefined()
  })
})
