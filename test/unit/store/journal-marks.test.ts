import { appendFileSync, rmSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { type ErrorKind, KittyError } from '../../../src/core/errors/kitty-error.js'
import { isChecked, type JournalMark, revoked, UNCHECKED } from '../../../src/core/index/journal-mark.js'
import { ARCHIVE_AT } from '../../../src/core/store/acknowledged.js'
import { type JournalCheck, marked } from '../../../src/core/store/journal-check.js'
import { note, ulid } from '../../support/events.js'
import { GuardedLog } from '../../support/guarded-log.js'

let made: GuardedLog
let check: JournalCheck

beforeEach(() => {
  made = new GuardedLog()
  check = made.check()
})

const mark = (): Promise<JournalMark | undefined> => made.index.journalMark()
const reconcile = async (): Promise<boolean> => check.reconcile(made.index, await mark())
const archived = async (): Promise<string[]> => [...(await made.acknowledged.ids([]))]

/** Makes the journal longer than it may be. */
async function oversize(): Promise<void> {
  const payload = { feature_slug: '001-login', text: 'x'.repeat(90_000) }
  for (const seed of [11, 12, 13]) made.log.append([note(seed, { payload })])
  expect(made.journal.size()).toBeGreaterThan(ARCHIVE_AT)
  await made.catchUp()
}

describe('the mark after an append', () => {
  it('moves to the journal’s end, from where the index had it', async () => {
    await made.add(1)
    await reconcile()
    const before = await mark()
    made.log.append([note(2)])
    const move = check.end()
    expect(move).toEqual({ from: before, to: made.journal.read().end })
    made.log.append([note(3)])
    expect(check.end()).toEqual({ from: move?.to, to: made.journal.read().end })
  })

  it('moves from where nothing was noted, before anything is checked', async () => {
    await made.add(1)
    expect(check.end()).toEqual({ from: undefined, to: made.journal.read().end })
  })

  it('keeps the branches that it waits for', async () => {
    check.begin(undefined)
    await check.confirm(made.index, [], { identity: 'a journal', offset: 7, branches: 'some' })
    expect(check.end()?.to.branches).toBe('some')
    expect(marked({ ...UNCHECKED, branches: 'some' })).toEqual({ branches: 'some' })
    expect(Object.keys(marked(UNCHECKED))).toEqual([])
    expect(marked(undefined)).toEqual({})
  })
})

describe('a mark is stored', () => {
  const to = { identity: 'a journal', offset: 7 }
  const line = (seed: number) => ({
    event_id: ulid(seed),
    timestamp: note(seed).timestamp,
    bytes: Buffer.from(''),
  })

  it('where the index has the lines', async () => {
    await made.add(1)
    check.begin(undefined)
    await check.confirm(made.index, [line(1)], to)
    expect(await mark()).toEqual(to)
    expect(check.end()?.from).toEqual(to)
  })

  it('once it has a line that it lacked', async () => {
    check.begin(undefined)
    await check.confirm(made.index, [line(1)], to)
    await made.add(1)
    await check.confirm(made.index, [line(1)], to)
    expect(await mark()).toEqual(to)
  })

  it('not where it lacks one of them', async () => {
    await made.add(1)
    check.begin(undefined)
    await check.confirm(made.index, [line(1), line(2)], to)
    expect(await mark()).toBeUndefined()
    expect(check.end()).toBeUndefined()
  })

  it('not where another process has moved or revoked it since it was looked at', async () => {
    check.begin(await mark())
    const theirs = revoked()
    await made.index.putJournalMark(theirs)
    await check.confirm(made.index, [], to)
    expect(await mark()).toEqual(theirs)
    expect(check.end()).toBeUndefined()
    check.begin(theirs)
    await check.confirm(made.index, [], to)
    expect(await mark()).toEqual(to)
  })
})

describe('a journal is another than the index was checked against', () => {
  const noted = { identity: 'a journal', offset: 10 }
  const isOther = (from: JournalMark | undefined, identity: string, size: number): boolean => {
    check.begin(from)
    return check.isOther({ lines: [], end: { identity, offset: 0 }, size })
  }

  it('where the index is new, or the file is another one, or shorter', () => {
    expect(isOther(undefined, 'a journal', 10)).toBe(true)
    expect(isOther(noted, 'another', 10)).toBe(true)
    expect(isOther(noted, 'a journal', 9)).toBe(true)
  })

  it('not where it is the same and has grown, or was to be checked anyway', () => {
    expect(isOther(noted, 'a journal', 10)).toBe(false)
    expect(isOther(noted, 'a journal', 11)).toBe(false)
    expect(isOther(UNCHECKED, 'another', 0)).toBe(false)
  })
})

describe('events that the log alone has', () => {
  const unprotected = async () =>
    (await check.unprotected(made.journal.read()))?.map(({ event_id: id }) => id)

  it('are those that neither a commit nor the journal has, once the journal is another', async () => {
    await made.add(1)
    made.repository.commitAll('an event')
    await made.add(2)
    check.begin(undefined)
    expect(await unprotected()).toEqual([])
    rmSync(made.workspace.journalFile)
    expect(await unprotected()).toEqual([ulid(2)])
    await made.acknowledged.add(made.journal.read().lines)
    check.begin({ ...made.journal.read().end })
    expect(await unprotected()).toEqual([])
  })

  it('are not known while git does not answer', async () => {
    check.begin(undefined)
    made.repository.write('.git/config', 'no configuration')
    expect(await unprotected()).toBeUndefined()
  })

  it('are acknowledged from then on, so that git cannot take them away', async () => {
    await made.add(1)
    rmSync(made.workspace.journalFile)
    await reconcile()
    expect(await archived()).toEqual([ulid(1)])
    rmSync(made.repository.path(made.file()))
    await made.catchUp()
    expect(await reconcile()).toBe(true)
    expect(await made.ids()).toEqual([ulid(1)])
  })
})

describe('a journal that a crash cut short', () => {
  it('is repaired, which is said, and checked to its end', async () => {
    await made.add(1)
    appendFileSync(made.workspace.journalFile, '{"command":"x","count":1,"crc32":0}\n')
    await reconcile()
    expect(made.notices.all).toEqual([expect.stringMatching(/^journal\.jsonl was repaired at byte /)])
    expect(await mark()).toEqual(made.journal.read().end)
    expect(made.journal.size()).toBe(made.journal.read().end.offset)
  })

  it('stays, where the rest cannot be moved away, and nothing is said', async () => {
    await made.add(1)
    appendFileSync(made.workspace.journalFile, '{"command":"x","count":1,"crc32":0}\n')
    made.repository.write('.kittify/errors', 'a file in the folder’s place')
    await reconcile()
    expect(made.notices.all).toEqual([])
    expect((await mark())?.offset).toBe(made.journal.read().end.offset)
  })
})

describe('a journal that has grown too long', () => {
  const isShort = (): boolean => made.journal.size() <= ARCHIVE_AT

  it.each([['checked'], ['new']])('is shortened, and the mark of a %s one goes with it', async (which) => {
    await made.acknowledged.begin()
    if (which === 'checked') await reconcile()
    await oversize()
    expect(await reconcile()).toBe(false)
    expect(isShort()).toBe(true)
    expect((await archived()).length).toBeGreaterThan(0)
    expect(await mark()).toEqual(made.journal.read().end)
    expect(check.end()).toBeDefined()
  })

  it('is shortened by lines that were put back as well', async () => {
    await made.acknowledged.begin()
    await oversize()
    rmSync(made.repository.path(made.file()))
    await made.catchUp()
    expect(await reconcile()).toBe(true)
    expect(isShort()).toBe(true)
    expect([...(await made.acknowledged.ids(made.journal.read().lines))]).toHaveLength(3)
  })

  it('has no mark afterwards where it had none: git was at work', async () => {
    await made.acknowledged.begin()
    await oversize()
    made.repository.write('.git/index.lock', '')
    await reconcile()
    expect(isShort()).toBe(true)
    expect(isChecked(await mark())).toBe(false)
  })

  it('is shortened in the middle of a long append, and the next command checks it all', async () => {
    await made.acknowledged.begin()
    await reconcile()
    await oversize()
    await check.archiveUnseen(made.index)
    expect(isShort()).toBe(true)
    const first = await mark()
    expect(first).toMatchObject({ identity: UNCHECKED.identity })
    expect(first?.turn).toBeTypeOf('string')
    expect(check.end()).toBeUndefined()
    await oversize()
    await check.archiveUnseen(made.index)
    expect(isShort()).toBe(true)
    expect(await mark()).toEqual(first)
  })

  it('is left alone while it is short', async () => {
    await made.add(1)
    await reconcile()
    const before = await mark()
    await check.archiveUnseen(made.index)
    expect(await mark()).toEqual(before)
    expect(check.end()).toBeDefined()
  })
})

describe('a reader', () => {
  const failing = (error: Error) => check.ifReadable(() => Promise.reject(error))
  const failure = (kind: ErrorKind): KittyError => new KittyError(kind, 'For a test.', { nextSteps: [] })

  it.each(['NotWritable', 'DamagedData'] as const)(
    'goes on without what it cannot read: %s',
    async (kind) => {
      expect(await failing(failure(kind))).toBeUndefined()
      expect(made.notices.all).toEqual([
        expect.stringMatching(/^Could not find out whether git removed events .*For a test\./),
      ])
    },
  )

  it('reads what it can, and hides no other failure', async () => {
    expect(await check.ifReadable(() => Promise.resolve(7))).toBe(7)
    await expect(failing(failure('UnsafeSetup'))).rejects.toThrow('For a test.')
    await expect(failing(new TypeError('a defect'))).rejects.toThrow('a defect')
    expect(made.notices.all).toEqual([])
  })
})
