import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { TemporaryWorkspace } from '../../../src/core/plugin/testing/temporary-workspace.js'
import { git } from '../../../src/core/git/git.js'

it('protects what a power cut left in the log alone: git cannot take it away for good', async () => {
  const workspace = await TemporaryWorkspace.create()
  const note = (text: string): Promise<string> =>
    workspace
      .emit({
        event_type: 'NoteAdded',
        entity_id: 'WP01',
        entity_type: 'WorkPackage',
        payload: { feature_slug: '001-login', text },
      })
      .then(([event]) => event?.event_id ?? '')
  const ids = async (): Promise<string[]> => {
    const store = await workspace.openStore()
    const events = await store.read()
    await store.close()
    return events.map((event) => event.event_id)
  }
  const committed = await note('committed')
  git(workspace.root, ['add', '--all'])
  git(workspace.root, ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', 'commit', '-qm', 'log'])
  const left = await note('in the log alone')
  await (await workspace.store).close()
  // Neither is synced.
  for (const path of ['.git/kitty/journal.jsonl', '.git/kitty/events', '.kittify/events/index.db'])
    rmSync(join(workspace.root, path), { recursive: true, force: true })
  for (const side of ['-wal', '-shm'])
    rmSync(join(workspace.root, `.kittify/events/index.db${side}`), { force: true })
  expect(await ids()).toEqual([committed, left])
  git(workspace.root, ['checkout', '--', '.kittify/events'])
  expect(await ids()).toEqual([committed, left])
  await workspace.dispose()
})
