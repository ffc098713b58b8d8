import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EditPackage } from '../../../src/core/services/packages/edit-package.js'
import { RebuildIndex } from '../../../src/core/services/events/rebuild-index.js'
import { RedactEvents } from '../../../src/core/services/events/redact-events.js'
import { EventStore } from '../../../src/core/store/event-store.js'
import { by, FEATURE, inProcess, kittyIn, move, project } from '../../support/kitty.js'
import { gitIn } from '../../support/temp-repository.js'

const SECRET = 'a secret title'

interface Redacted {
  readonly root: string
  /** A process that has read the log before the redaction. */
  readonly earlier: EventStore
}

/** Git has brought back the full line of an event that another process has redacted since. */
async function redactedElsewhere(): Promise<Redacted> {
  const root = await project()
  const { result } = await inProcess(root, EditPackage, (service) =>
    service.edit({ feature: FEATURE, workPackage: 'WP01', title: SECRET, provenance: by('ada') }),
  )
  gitIn(root, 'add', '--all')
  gitIn(root, 'commit', '--quiet', '--message', 'a secret')
  const earlier = await kittyIn(root).resolve(EventStore)
  await earlier.emit([move('doing', 'WP03')], by('ada'))
  await earlier.close()
  const id = result.event?.event_id ?? ''
  await inProcess(root, RedactEvents, (service) => service.redact([id], 'a secret'))
  await inProcess(root, RebuildIndex, (service) => service.renew())
  gitIn(root, 'checkout', '--', '.kittify/events')
  expect(logOf(root)).toContain(SECRET)
  return { root, earlier }
}

function logOf(root: string): string {
  const folder = join(root, '.kittify', 'events')
  const days = readdirSync(folder).filter((name) => name.endsWith('.jsonl'))
  return days.map((name) => readFileSync(join(folder, name), 'utf8')).join('')
}

const titleIn = async (store: EventStore): Promise<string | null | undefined> =>
  (await store.workPackage(FEATURE, 'WP01'))?.title

describe('a process that read the log before another one redacted an event', () => {
  it('shows no more of it, nor do others after it has brought the index up to date', async () => {
    const { root, earlier } = await redactedElsewhere()
    const titles = [await titleIn(earlier), await titleIn(await kittyIn(root).resolve(EventStore))]
    await earlier.close()
    expect(titles).toEqual(['Part WP01', 'Part WP01'])
  })

  it('takes it out of the log again with its next write', async () => {
    const { root, earlier } = await redactedElsewhere()
    await earlier.emit([move('doing', 'WP02')], by('ada'))
    await earlier.close()
    expect(logOf(root)).not.toContain(SECRET)
  })
})
