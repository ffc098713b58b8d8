import { beforeAll, describe, expect, it } from 'vitest'
import { createContainer } from '../../../src/core/di/container.js'
import { MissingBinding, type Token, TOKENS } from '../../../src/core/di/tokens.js'
import { testSession } from '../../support/session.js'
import { sharedFolder } from '../../support/temp-folder.js'
import { TempRepository } from '../../support/temp-repository.js'

/** Of the rules about moves there are many: whoever wants one wants all. */
const SERVED = Object.entries(TOKENS).filter(([name]) => name !== 'MoveRule')

describe('the container', () => {
  let cwd: string

  beforeAll(() => {
    const repository = new TempRepository(sharedFolder())
    repository.initKitty()
    cwd = repository.root
  })

  it.each(SERVED)('serves %s where it is the first that is asked for', async (_, token) => {
    const resolver = createContainer(testSession({ cwd }))
    // A cast, since what it serves is not looked at: each of them is another type.
    const asked = token as Token<unknown>
    const service = await resolver.resolve(asked)
    expect(service).toBeDefined()
    expect(await resolver.resolve(asked)).toBe(service)
  })

  it('says which token nothing serves', async () => {
    const unknown: Token<unknown> = Symbol.for('kitty.Unheard.v1')
    await expect(createContainer(testSession({ cwd })).resolve(unknown)).rejects.toThrow(MissingBinding)
  })
})
