import 'reflect-metadata'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { createContainer } from '../../../src/core/di/container.js'
import { testSession } from '../../support/session.js'
import { sharedFolder } from '../../support/temp-folder.js'
import { TempRepository } from '../../support/temp-repository.js'
import { MissingBinding, type ServiceId, type Token } from '../../../src/core/token.js'
import { Session } from '../../../src/core/workspace/session.js'
import { Workspace } from '../../../src/core/workspace/workspace.js'
import { Config, FoldRules, Workflow } from '../../../src/core/workspace/config.js'
import { EventRegistry } from '../../../src/core/event-registry.js'
import { LockOf, WriteLock } from '../../../src/core/lock/write-lock.js'
import { Journal } from '../../../src/core/log/repair/journal.js'
import { EventLog } from '../../../src/core/log/event-log.js'
import { IndexHealth } from '../../../src/core/index/index-health.js'
import { EventStore } from '../../../src/core/store/event-store.js'
import { ErrorStorage } from '../../../src/core/errors/error-storage.js'
import { Notices } from '../../../src/core/errors/notices.js'
import { AfterEvents } from '../../../src/core/plugin/host/after-events.js'
import { OpensRepository } from '../../../src/core/services/doctor/doctor.js'
import { ClockStorage } from '../../../src/core/log/clock-storage.js'

const PORTS = [
  Session,
  Workspace,
  Config,
  Workflow,
  FoldRules,
  EventRegistry,
  WriteLock,
  LockOf,
  Journal,
  ClockStorage,
]
const ABOVE = [EventLog, IndexHealth, EventStore, ErrorStorage, AfterEvents, OpensRepository, Notices]

/** Every class of the services: each is its own token. */
const CORE = fileURLToPath(new URL('../../../src/core', import.meta.url))
const modules = ['services', 'follow']
  .flatMap((room) => readdirSync(join(CORE, room), { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.name.endsWith('.ts'))
  .map((entry) => import(join(entry.parentPath, entry.name)) as Promise<Record<string, unknown>>)
const SERVICES = (await Promise.all(modules))
  .flatMap((module) => Object.values(module))
  .filter((value) => typeof value === 'function' && Reflect.getMetadataKeys(value).length > 0)

const SERVED = [...PORTS, ...ABOVE, ...SERVICES].map((id) => {
  // A cast, since each of them is another type and what it serves is not looked at.
  const asked = id as ServiceId<unknown>
  return [typeof asked === 'symbol' ? asked.description : asked.name, asked] as const
})

describe('the container', () => {
  let cwd: string

  beforeAll(() => {
    const repository = new TempRepository(sharedFolder())
    repository.initKitty()
    cwd = repository.root
  })

  it.each(SERVED)('serves %s where it is the first that is asked for', async (_, asked) => {
    const resolver = createContainer(testSession({ cwd }))
    const service = await resolver.resolve(asked)
    expect(service).toBeDefined()
    expect(await resolver.resolve(asked)).toBe(service)
  })

  it('says which token nothing serves', async () => {
    const unknown: Token<unknown> = Symbol.for('kitty.Unheard.v1')
    await expect(createContainer(testSession({ cwd })).resolve(unknown)).rejects.toThrow(MissingBinding)
  })
})
