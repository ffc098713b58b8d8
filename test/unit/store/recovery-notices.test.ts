import { beforeEach, describe, expect, it, vi } from 'vitest'
import { KittyError } from '../../../src/core/errors/kitty-error.js'
import type { Conflict } from '../../../src/core/events-lib.js'
import type { CatchUpReport } from '../../../src/core/index/ingest/catch-up.js'
import type { EventIndex } from '../../../src/core/index/event-index.js'
import { isChecked, UNCHECKED } from '../../../src/core/index/journal-mark.js'
import { ARCHIVE_AT } from '../../../src/core/store/acknowledged.js'
import { AttributeGuard } from '../../../src/core/store/attribute-guard.js'
import { Recovery } from '../../../src/core/store/recovery.js'
import { note, noteLine } from '../../support/events.js'
import { GuardedLog } from '../../support/guarded-log.js'

let made: GuardedLog
let recovery: Recovery

beforeEach(() => {
  made = new GuardedLog()
  const { log, journal, acknowledged, workspace, redactions, notices } = made
  const attributes = new AttributeGuard(workspace, log, notices)
  recovery = new Recovery(log, journal, acknowledged, workspace, attributes, redactions, notices)
})

const read = () => recovery.beforeRead(made.index, (work) => work())

describe('conflicts that came to light', () => {
  const events = ['doing', 'for_review'].map((value, at) => ({ event_id: `E${at}`, value, actor: 'ada' }))
  const conflict = {
    feature: '001-login',
    entity_id: 'WP01',
    register: 'status',
    events,
    winner: 'E1',
    rule: 'last_writer_wins',
    open: true,
  } as unknown as Conflict // what an explanation reads
  const report = (...conflicts: Conflict[]): CatchUpReport => ({
    lines: 2,
    rewritten: [],
    resolutions: conflicts.map((one) => ({ conflict: one, settledBy: undefined })),
    foundOwn: false,
  })
  const onDisk = { kind: 'sqlite' } as EventIndex // what is looked at

  it('are explained once the index on disk has them', () => {
    recovery.explain(report(), onDisk)
    expect(made.notices.all).toEqual([])
    recovery.explain(report(conflict), onDisk)
    expect(made.notices.all).toEqual([
      expect.stringMatching(/^WP01 \(001-login\): two concurrent status changes/),
    ])
  })

  it('are not explained by an index in memory, which does not know what was explained', () => {
    recovery.explain(report(conflict), made.index)
    expect(made.notices.all).toEqual([])
  })
})

describe('a read before which the journal is not checked', () => {
  it('names events that have left the branch with a reset', async () => {
    made.repository.git('commit', '--quiet', '--allow-empty', '--message', 'start')
    made.repository.write(made.file(), noteLine(1))
    made.repository.commitAll('an event of someone else')
    made.repository.git('reset', '--quiet', '--hard', 'HEAD~1')
    await read()
    expect(made.notices.all).toEqual([
      expect.stringMatching(/^1 event by ada left with [0-9a-f]{12} \(reset/),
    ])
  })

  it.each(['missing', 'ids'] as const)(
    'notes nothing where the archive is damaged, which is said: %s',
    async (what) => {
      await made.add(1)
      const damage = new KittyError('DamagedData', 'The archive is damaged.', { nextSteps: [] })
      const archive = vi.spyOn(made.acknowledged, what).mockRejectedValue(damage)
      await read()
      expect(isChecked(await made.index.journalMark())).toBe(false)
      expect(made.notices.all).toEqual([expect.stringContaining('The archive is damaged.')])
      archive.mockRestore()
      await read()
      expect(isChecked(await made.index.journalMark())).toBe(true)
    },
  )
})

describe('what the holder of the lock has appended', () => {
  it('moves the mark to the journal’s end', async () => {
    await made.add(1)
    await recovery.beforeWrite(made.index)
    const from = await made.index.journalMark()
    made.log.append([note(2)])
    expect(recovery.journalEnd()).toEqual({ from, to: made.journal.read().end })
  })

  it('moves to the archive where it makes the journal too long', async () => {
    await recovery.beforeWrite(made.index)
    const payload = { feature_slug: '001-login', text: 'x'.repeat(90_000) }
    for (const seed of [1, 2, 3]) made.log.append([note(seed, { payload })])
    await recovery.shortenJournal(made.index)
    expect(made.journal.size()).toBeLessThan(ARCHIVE_AT)
    expect(await made.index.journalMark()).toMatchObject({ identity: UNCHECKED.identity })
    expect(recovery.journalEnd()).toBeUndefined()
  })
})
