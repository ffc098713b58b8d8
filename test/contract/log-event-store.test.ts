import { describe, it } from 'vitest'
import { eventStoreContract } from '../../src/core/plugin/testing/event-store-contract.js'
import { TemporaryWorkspace } from '../../src/core/plugin/testing/temporary-workspace.js'

describe('the store of a log in a repository', () => {
  const promises = eventStoreContract(async () => {
    const workspace = await TemporaryWorkspace.create()
    return { open: () => workspace.openStore(), dispose: () => workspace.dispose() }
  })
  for (const { name, check } of promises) it(name, check)
})
