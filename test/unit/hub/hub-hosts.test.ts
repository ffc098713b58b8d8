import { describe, expect, it } from 'vitest'
import { failedHosts } from '../../../src/core/hub/hub-hosts.js'
import { hubFailure, unreachable } from '../../../src/core/hub/hub-failure.js'

const SECRET = 'hunter2-hunter2'

describe('a hub with several hosts, none of which can be used', () => {
  const failure = (server: string, code: string): unknown =>
    hubFailure(Object.assign(new Error(SECRET), { code }), { server, database: 'kitty', user: 'ada' })

  it('names each host with its failure', () => {
    const error = failedHosts(
      [failure('db1:5432', 'ECONNREFUSED'), unreachable('db2:5432 is a standby')],
      ['db1', 'db2'],
    )
    expect(error).toMatchObject({
      kind: 'HubUnreachable',
      message: 'The hub was not reached: db1:5432 as ada (ECONNREFUSED); db2:5432 is a standby.',
      context: { hosts: [{ where: 'db1:5432 as ada (ECONNREFUSED)' }, { where: 'db2:5432 is a standby' }] },
    })
    expect(JSON.stringify([error.nextSteps, error.context, String(error.cause)])).not.toContain(SECRET)
  })

  it('begins with the host that answered, whose answer is the one to act on', () => {
    const denied = failure('db2:5432', '28P01')
    const error = failedHosts(
      [failure('db1:5432', 'ECONNREFUSED'), denied, failure('db3:5432', '53100')],
      ['db1', 'db2', 'db3'],
    )
    expect(error).toMatchObject({
      kind: 'HubDenied',
      message:
        'The server db2:5432 did not accept the role ada or its password. The hub on db3:5432 stored nothing: its disk is full. Not reached: db1:5432 as ada (ECONNREFUSED).',
    })
    expect(error.nextSteps).toEqual((denied as { nextSteps: unknown }).nextSteps)
  })

  it('is the failure itself where there is one host', () => {
    const alone = failure('db1:5432', '3D000')
    expect(failedHosts([alone], ['db1'])).toBe(alone)
    expect(failedHosts([new TypeError(SECRET)], ['db1']).message).toBe('The hub was not reached: db1.')
  })
})
