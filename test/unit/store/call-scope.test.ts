import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { CallScope } from '../../../src/core/store/call-scope.js'

describe('a value that holds for one call', () => {
  it('is there for whatever the call awaits, and gone behind it', async () => {
    const scope = new CallScope<string>()
    const seen = await scope.run('mine', async () => {
      await sleep(1)
      return scope.get()
    })
    expect([seen, scope.get()]).toEqual(['mine', undefined])
  })

  it('is not seen by concurrent calls', async () => {
    const scope = new CallScope<string>()
    const call = (value: string): Promise<string | undefined> =>
      scope.run(value, () => sleep(1).then(() => scope.get()))
    expect(await Promise.all([call('one'), call('other'), sleep(1).then(() => scope.get())])).toEqual([
      'one',
      'other',
      undefined,
    ])
  })

  it('is each scope’s own, and the inner call’s where one runs within another', () => {
    const [lock, moment] = [new CallScope<number>(), new CallScope<number>()]
    const within = lock.run(1, () =>
      moment.run(2, () => lock.run(3, () => [lock.get(), moment.get()]).concat(lock.get() ?? 0)),
    )
    expect(within).toEqual([3, 2, 1])
  })
})
