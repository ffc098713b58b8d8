import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { rowOf } from '../../../src/core/index/index-row.js'
import { MemoryEventIndex } from '../../../src/core/index/memory-event-index.js'
import { CLOSED } from '../../../src/core/log/archive/closed-logs.js'
import { departedEvents } from '../../../src/core/store/departed.js'
import { Workspace } from '../../../src/core/workspace/workspace.js'
import { note, noteLine, ulid } from '../../support/events.js'
import { inProcess } from '../../support/session.js'
import { TempRepository } from '../../support/temp-repository.js'

const FILE = '.kittify/events/2026-11-22.jsonl'
const by = (seed: number, actor: string): string => noteLine(seed, { actor })

describe('other writers’ events that left the branch', () => {
  let repository: TempRepository
  let workspace: Workspace
  let index: MemoryEventIndex

  beforeEach(async () => {
    repository = new TempRepository()
    repository.initKitty()
    const { service } = await inProcess({ cwd: repository.root })
    workspace = await service(Workspace)
    mkdirSync(workspace.privateDir, { recursive: true })
    index = new MemoryEventIndex()
    commit(noteLine(1))
    await said()
  })

  const commit = (content: string, message = 'events'): void => {
    repository.write(FILE, content)
    repository.commitAll(message)
  }
  const said = (): Promise<string[]> => departedEvents(workspace, index)
  const tip = (name = 'HEAD'): string => repository.git('rev-parse', name).trim().slice(0, 12)

  it('are named once, with their writers and how to bring them back', async () => {
    commit(noteLine(1) + by(2, 'bob') + by(3, 'ada'))
    const left = tip()
    repository.git('reset', '--quiet', '--hard', 'HEAD~1')
    expect(await said()).toEqual([
      `2 events by ada, bob left with ${left} (reset: moving to HEAD~1). To bring them back: kitty agent events restore --from ${left}`,
    ])
    expect(await said()).toEqual([])
  })

  it('are named with three of their writers, and one of them is “it”', async () => {
    const actors = ['eve', 'dan', 'cay', 'bob', 'ada']
    commit(noteLine(1) + actors.map((actor, at) => by(at + 2, actor)).join(''))
    const left = tip()
    repository.git('reset', '--quiet', '--hard', 'HEAD~1')
    expect((await said()).join()).toContain(`5 events by ada, bob, cay and 2 others left with ${left}`)
    commit(noteLine(1) + by(9, 'bob'))
    repository.git('reset', '--quiet', '--hard', 'HEAD~1')
    expect((await said()).join()).toMatch(/^1 event by bob left with .+ To bring it back: /)
  })

  it('are none where the log has them still, or another branch', async () => {
    commit(noteLine(1) + noteLine(2) + noteLine(3))
    repository.git('branch', 'other')
    repository.git('reset', '--quiet', '--hard', 'HEAD~1')
    expect(await said()).toEqual([])
    commit(noteLine(1) + noteLine(4))
    repository.git('reset', '--quiet', '--hard', 'HEAD~1')
    await index.insert([rowOf(note(4), { file: '2026-11-22.jsonl', line: 2, offset: 9, length: 9 })])
    expect(await said()).toEqual([])
  })

  it('are named once, though two moves have taken them away', async () => {
    commit(noteLine(1) + by(2, 'bob'))
    const first = tip()
    repository.git('reset', '--quiet', '--hard', 'HEAD~1')
    repository.git('reset', '--quiet', '--hard', first)
    repository.git('reset', '--quiet', '--hard', 'HEAD~1')
    expect(await said()).toHaveLength(1)
  })

  it('are not those of a closed log', async () => {
    commit(noteLine(1) + noteLine(2))
    repository.git('reset', '--quiet', '--hard', 'HEAD~1')
    const closed = join(workspace.privateDir, `${CLOSED}1`)
    mkdirSync(closed)
    writeFileSync(join(closed, 'ids'), `${ulid(2)}\n`)
    expect(await said()).toEqual([])
  })

  it('are none where git fails', async () => {
    commit(noteLine(1) + noteLine(2))
    repository.git('reset', '--quiet', '--hard', 'HEAD~1')
    const failing = { ...workspace, root: join(repository.root, 'nowhere') }
    expect(await departedEvents(failing, index)).toEqual([])
  })
})
