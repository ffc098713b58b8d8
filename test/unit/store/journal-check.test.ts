import { rmSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { isChecked, type JournalMark, UNCHECKED } from '../../../src/core/index/journal-mark.js'
import type { JournalCheck } from '../../../src/core/store/journal-check.js'
import { noteLine, ulid } from '../../support/events.js'
import { GuardedLog } from '../../support/guarded-log.js'

const RESTORED =
  'that git removed from .kittify/events. If `git stash pop` now fails, run `git checkout -- .kittify/events` and pop again.'

describe('the journal held against the log', () => {
  let made: GuardedLog
  let check: JournalCheck

  beforeEach(() => {
    made = new GuardedLog()
    check = made.check()
  })

  const mark = (): Promise<JournalMark | undefined> => made.index.journalMark()
  const reconcile = async (): Promise<boolean> => check.reconcile(made.index, await mark())
  const removed = async (): Promise<void> => {
    rmSync(made.repository.path(made.file()))
    await made.catchUp()
  }

  it('is checked to its end where the log has its lines', async () => {
    await made.add(1, 2)
    expect(await reconcile()).toBe(false)
    expect(await mark()).toEqual(made.journal.read().end)
    expect(made.notices.all).toEqual([])
    await made.add(3)
    expect(await reconcile()).toBe(false)
    expect(await mark()).toEqual(made.journal.read().end)
  })

  it('puts back lines that no commit has, says so, and is checked', async () => {
    await made.add(1)
    await removed()
    expect(await reconcile()).toBe(true)
    expect(await made.ids()).toEqual([ulid(1)])
    expect(made.notices.all).toEqual([`Restored 1 event ${RESTORED}`])
    expect(await mark()).toEqual(made.journal.read().end)
  })

  it('puts back lines that were checked before and lines behind them alike', async () => {
    await made.add(1)
    await reconcile()
    await made.add(2)
    await removed()
    expect(await reconcile()).toBe(true)
    expect(await made.ids()).toEqual([ulid(1), ulid(2)])
    expect(made.notices.all).toEqual([`Restored 2 events ${RESTORED}`])
  })

  it('puts back a line behind the mark that a killed writer left in the journal alone', async () => {
    await made.add(1)
    await reconcile()
    made.journal.append({ id: 'killed', lines: [Buffer.from(noteLine(2))] }).close()
    expect(await reconcile()).toBe(true)
    expect(await made.ids()).toEqual([ulid(1), ulid(2)])
    expect(await mark()).toEqual(made.journal.read().end)
  })

  it('needs no git for lines behind the mark that the log has', async () => {
    await made.add(1)
    await reconcile()
    await made.add(2)
    made.repository.write('.git/index.lock', '')
    expect(await reconcile()).toBe(false)
    expect(await mark()).toEqual(made.journal.read().end)
    expect(check.end()).toBeDefined()
  })

  it('puts back while git is at work what no commit has, and is held against the log again', async () => {
    await made.add(1)
    await removed()
    made.repository.write('.git/index.lock', '')
    expect(await reconcile()).toBe(true)
    expect(await made.ids()).toEqual([ulid(1)])
    expect(check.end()).toBeUndefined()
  })

  it('puts back each line once, which git’s index has and the journal too', async () => {
    await made.add(1)
    made.repository.commitAll('an event')
    await removed()
    expect(await reconcile()).toBe(true)
    expect(made.repository.read(made.file())).toBe(noteLine(1))
    expect(made.notices.all).toEqual([`Restored 1 event ${RESTORED}`])
    expect(isChecked(await mark())).toBe(true)
  })

  it('leaves a line alone that is in another file than git knows', async () => {
    await made.add(1)
    made.repository.commitAll('an event')
    await removed()
    made.repository.write('.kittify/events/2026-11-22.k3f9.jsonl', noteLine(1))
    await made.catchUp()
    expect(await reconcile()).toBe(false)
    expect(made.notices.all).toEqual([])
  })

  describe('when a line is on another branch', () => {
    beforeEach(async () => {
      made.repository.git('commit', '--quiet', '--allow-empty', '--message', 'start')
      await made.add(1)
      made.repository.git('switch', '--quiet', '--create', 'other')
      made.repository.commitAll('an event')
      made.repository.git('switch', '--quiet', 'main')
      await made.catchUp()
    })

    it('is checked until a branch changes', async () => {
      expect(await reconcile()).toBe(false)
      expect(await made.ids()).toEqual([])
      const checked = await mark()
      expect(checked).toMatchObject(made.journal.read().end)
      expect(checked?.branches).toBeTypeOf('string')
      expect(check.begin(checked)).toBe(checked)
      made.repository.git('branch', '--quiet', '-D', 'other')
      expect(check.begin(checked)).toBe(UNCHECKED)
    })

    it('puts the line back once that branch is gone', async () => {
      await reconcile()
      made.repository.git('branch', '--quiet', '-D', 'other')
      expect(await reconcile()).toBe(true)
      expect(await made.ids()).toEqual([ulid(1)])
      expect(await mark()).toEqual(made.journal.read().end)
    })

    it('goes on waiting for the branches while lines are appended', async () => {
      await reconcile()
      const before = await mark()
      await made.add(2)
      expect(await reconcile()).toBe(false)
      expect(await mark()).toEqual({ ...made.journal.read().end, branches: before?.branches })
    })
  })

  it('waits for the branches too in a sparse checkout, which may lack what HEAD has', async () => {
    await made.add(1)
    made.repository.write('.git/info/sparse-checkout', '/*\n')
    await reconcile()
    expect((await mark())?.branches).toBeTypeOf('string')
  })

  describe('is not checked', () => {
    const pending = async (): Promise<void> => {
      expect(await reconcile()).toBe(false)
      expect(isChecked(await mark())).toBe(false)
      expect(check.end()).toBeUndefined()
    }

    it('while a line’s removal is staged and HEAD has it', async () => {
      await made.add(1)
      made.repository.commitAll('an event')
      made.repository.git('rm', '--quiet', made.file())
      await made.catchUp()
      await pending()
      expect(await made.ids()).toEqual([])
    })

    it('while git updates its index', async () => {
      await made.add(1)
      made.repository.write('.git/index.lock', '')
      await pending()
    })

    it('while git does not answer, and nothing is put back', async () => {
      await made.add(1)
      await removed()
      made.repository.write('.git/config', 'no configuration')
      await pending()
      expect(await made.ids()).toEqual([])
      expect(made.notices.all[0]).toMatch(/^Could not find out whether git removed events/)
    })

    it('and is, once another process has checked it', async () => {
      await made.add(1)
      made.repository.write('.git/index.lock', '')
      await pending()
      await made.index.putJournalMark(made.journal.read().end)
      expect(await reconcile()).toBe(false)
      expect(check.end()).toBeDefined()
    })

    it('and is, once that is over', async () => {
      await made.add(1)
      const lock = made.repository.write('.git/index.lock', '')
      await pending()
      rmSync(lock)
      expect(await reconcile()).toBe(false)
      expect(await mark()).toEqual(made.journal.read().end)
      expect(check.end()).toBeDefined()
    })
  })

  it('puts back what HEAD has and git was told to keep out of the work tree', async () => {
    await made.add(1)
    made.repository.write(made.file('2026-11-23'), noteLine(2, { timestamp: '2026-11-23T00:00:00.000Z' }))
    made.repository.commitAll('two events')
    made.repository.git('update-index', '--skip-worktree', made.file('2026-11-23'))
    made.repository.git('rm', '--quiet', '--cached', made.file())
    await removed()
    expect(await reconcile()).toBe(true)
    expect(await made.ids()).toEqual([ulid(1), ulid(2)])
    expect(isChecked(await mark())).toBe(true)
  })

  it('names events that have left with a reset', async () => {
    await made.add(1)
    made.repository.commitAll('an event')
    made.repository.write(made.file('2026-11-23'), noteLine(2, { timestamp: '2026-11-23T00:00:00.000Z' }))
    made.repository.commitAll('an event of someone else')
    made.repository.git('reset', '--quiet', '--hard', 'HEAD~1')
    await made.catchUp()
    await check.reconcile(made.index, UNCHECKED)
    expect(made.notices.all).toEqual([
      expect.stringMatching(/^1 event by ada left with [0-9a-f]{12} \(reset/),
    ])
  })
})
