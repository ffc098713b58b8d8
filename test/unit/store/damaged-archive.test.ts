import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { TemporaryWorkspace } from '../../../src/core/plugin/testing/temporary-workspace.js'

it('neither reading nor writing ends at a damaged archive, and nothing that can be read of it goes', async () => {
  const workspace = await TemporaryWorkspace.create()
  const note = (text: string): Promise<unknown> =>
    workspace.emit({
      event_type: 'NoteAdded',
      entity_id: 'WP01',
      entity_type: 'WorkPackage',
      payload: { feature_slug: '001-login', text },
    })
  const count = async (): Promise<number> => {
    const store = await workspace.openStore()
    const events = await store.read()
    await store.close()
    return events.length
  }
  await note('before')
  await (await workspace.store).close()
  const archive = join(workspace.root, '.git', 'kitty', 'events')
  mkdirSync(archive, { recursive: true })
  writeFileSync(join(archive, '2026-01-05.jsonl.gz'), 'what a broken disk left of a day')
  // The archive is compared with a new index.
  for (const side of ['', '-wal', '-shm'])
    rmSync(join(workspace.root, `.kittify/events/index.db${side}`), { force: true })
  expect(await count()).toBe(1)
  expect(existsSync(join(archive, '2026-01-05.jsonl.gz'))).toBe(true)
  await note('after')
  expect(existsSync(join(archive, '2026-01-05.jsonl.gz'))).toBe(false)
  expect(existsSync(join(archive, '2026-01-05.jsonl.gz.damaged'))).toBe(true)
  expect(await count()).toBe(2)
  await workspace.dispose()
})
