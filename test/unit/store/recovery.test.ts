import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { type ErrorKind, KittyError } from '../../../src/core/errors/kitty-error.js'
import { stubOf } from '../../../src/core/events-lib.js'
import { LineNotThere } from '../../../src/core/index/index-unusable.js'
import { isChecked, type JournalMark, UNCHECKED } from '../../../src/core/index/journal-mark.js'
import { AttributeGuard } from '../../../src/core/store/attribute-guard.js'
import { Recovery } from '../../../src/core/store/recovery.js'
import { note, noteLine, ulid } from '../../support/events.js'
import { GuardedLog } from '../../support/guarded-log.js'

const DAY = '2026-11-22.jsonl'

let made: GuardedLog
let recovery: Recovery
/** How often a reader took the lock. */
let locked: number

beforeEach(() => {
  made = new GuardedLog()
  recovery = recoveryOf(made)
  locked = 0
})

/** As a new process makes one. */
function recoveryOf({ log, journal, acknowledged, workspace, redactions, notices }: GuardedLog): Recovery {
  const attributes = new AttributeGuard(workspace, log, notices)
  return new Recovery(log, journal, acknowledged, workspace, attributes, redactions, notices)
}

const path = (): string => made.repository.path(made.file())
const mark = (): Promise<JournalMark | undefined> => made.index.journalMark()
const read = () =>
  recovery.beforeRead(made.index, async (work) => {
    locked += 1
    await work()
  })
const indexed = async (): Promise<string[]> =>
  (await made.index.locate({})).map(({ event_id: id }) => id).sort()

describe('before a decision', () => {
  const recover = (): Promise<void> => recovery.beforeWrite(made.index)

  it('the archive is there, and the index has every line', async () => {
    made.log.append([note(1)])
    await recover()
    expect(await made.acknowledged.archiveOldest()).toBe(false)
    expect(await indexed()).toEqual([ulid(1)])
    expect(isChecked(await mark())).toBe(true)
    expect(made.notices.all).toEqual([])
  })

  it('a torn tail is repaired, which is said', async () => {
    await made.add(1)
    appendFileSync(path(), 'torn')
    await recover()
    expect(made.repository.read(made.file())).toBe(noteLine(1))
    expect(made.notices.all).toEqual([expect.stringMatching(/^2026-11-22\.jsonl was repaired at byte /)])
    expect(await made.index.freshness(made.log.list())).toMatchObject({ isUpToDate: true, isWhole: true })
  })

  it('a torn tail is repaired that a reader had met before', async () => {
    await made.add(1)
    appendFileSync(path(), 'torn')
    await made.catchUp()
    await recover()
    expect(made.repository.read(made.file())).toBe(noteLine(1))
  })

  it('a tail too long for a line is a problem no more once it is moved away', async () => {
    await made.add(1)
    appendFileSync(path(), 'x'.repeat(300_000))
    await made.catchUp()
    expect(await made.index.problems()).toHaveLength(1)
    await recover()
    expect(await made.index.problems()).toEqual([])
    expect(await indexed()).toEqual([ulid(1)])
  })

  it('a file that a merge left out of order is put in order', async () => {
    writeFileSync(path(), noteLine(2) + noteLine(1) + noteLine(2))
    await recover()
    expect(made.repository.read(made.file())).toBe(noteLine(1) + noteLine(2))
    expect(made.notices.all).toEqual([`Put ${DAY} in order: merged 2, dropped 1 duplicate.`])
    expect(await made.index.freshness(made.log.list())).toMatchObject({
      isUpToDate: true,
      hasProblems: false,
    })
    expect(isChecked(await mark())).toBe(true)
  })

  it('lines that were put back into a file are put in order there', async () => {
    made.log.append([note(1), note(2)])
    writeFileSync(path(), noteLine(2))
    await recover()
    expect(made.repository.read(made.file())).toBe(noteLine(1) + noteLine(2))
    expect(isChecked(await mark())).toBe(true)
  })

  it('an event that was redacted is redacted again where git brought its line back', async () => {
    await made.add(1, 2)
    const event = stubOf(note(1), 'a token')
    made.redactions.record([{ verdict: 'here', event }])
    await recover()
    expect(made.repository.read(made.file())).toBe(`${JSON.stringify(event)}\n${noteLine(2)}`)
    expect(made.notices.all).toEqual(['Redacted 1 line again that git had brought back.'])
    expect((await made.index.freshness(made.log.list())).isUpToDate).toBe(true)
    await recover()
    expect(made.notices.all).toHaveLength(1)
  })

  it('an event that was purged is as well, and one whose stub came from elsewhere is not', async () => {
    await made.add(1, 2, 3)
    made.redactions.record([
      { verdict: 'purged', event: stubOf(note(1), 'x') },
      { verdict: 'elsewhere', event: stubOf(note(2), 'x') },
      { verdict: 'refused', event: note(3) },
    ])
    await recover()
    expect(made.repository.read(made.file()).split('\n').slice(1).join('\n')).toBe(noteLine(2) + noteLine(3))
    expect(made.notices.all).toEqual(['Redacted 1 line again that git had brought back.'])
  })

  it('a redaction of another process counts that came while this one waited', async () => {
    await made.add(1)
    expect(made.redactions.all.size).toBe(0)
    const other = recoveryOf(made)
    made.redactions.record([{ verdict: 'here', event: stubOf(note(1), 'x') }])
    await other.beforeWrite(made.index)
    expect(made.repository.read(made.file())).toContain('redacted')
  })

  it('the other side of a merge is taken over, where an attribute keeps git from merging', async () => {
    const { repository } = made
    repository.write('.gitattributes', '.kittify/events/*.jsonl -merge\n')
    repository.write(made.file(), noteLine(1))
    repository.commitAll('base')
    repository.git('switch', '--quiet', '--create', 'theirs')
    appendFileSync(path(), noteLine(2))
    repository.commitAll('theirs')
    repository.git('switch', '--quiet', 'main')
    appendFileSync(path(), noteLine(3))
    repository.commitAll('ours')
    expect(() => repository.git('merge', '--quiet', 'theirs')).toThrow()
    await recover()
    expect(await indexed()).toEqual([1, 2, 3].map(ulid))
    expect(repository.read(made.file())).toBe(noteLine(1) + noteLine(2) + noteLine(3))
    expect(made.notices.all[0]).toBe(
      'Took over 1 event of the other side, since an attribute keeps git from merging the log.',
    )
    await recover()
    expect(made.notices.all.filter((text) => text.startsWith('Took'))).toHaveLength(1)
  })
})

describe('before a read', () => {
  it('the index has every line, and nothing is locked', async () => {
    made.log.append([note(1)])
    expect(await read()).toBeUndefined()
    expect(await indexed()).toEqual([ulid(1)])
    expect(await read()).toMatchObject({ isUpToDate: true })
    expect(locked).toBe(0)
  })

  it('it is noted that the journal is checked', async () => {
    await made.add(1)
    await read()
    expect(await mark()).toEqual(made.journal.read().end)
  })

  it('it is noted again after many appends, not after each', async () => {
    await made.add(1)
    await read()
    const first = await mark()
    const seeds = Array.from({ length: 64 }, (_, at) => at + 2)
    await made.add(...seeds)
    await made.index.putJournalMark(first ?? UNCHECKED)
    await read()
    expect(await mark()).toEqual(first)
    await made.add(66)
    await read()
    expect(await mark()).toEqual(made.journal.read().end)
  })

  it('a line that git took away is put back, under the lock', async () => {
    await made.add(1)
    rmSync(path())
    expect(await read()).toBeUndefined()
    expect(locked).toBe(1)
    expect(await indexed()).toEqual([ulid(1)])
    expect(await read()).toBeDefined()
    expect(locked).toBe(1)
  })

  it('a line that was deleted by hand is put back, though only git has it', async () => {
    writeFileSync(path(), noteLine(1))
    made.repository.commitAll('an event')
    rmSync(path())
    await read()
    expect(await indexed()).toEqual([ulid(1)])
    expect(locked).toBe(1)
  })

  it('a line of the archive is put back', async () => {
    await made.acknowledged.add([
      { event_id: ulid(1), timestamp: note(1).timestamp, bytes: Buffer.from(noteLine(1)) },
    ])
    await read()
    expect(await indexed()).toEqual([ulid(1)])
  })

  it('lines that the log alone has are acknowledged, under the lock', async () => {
    await made.add(1)
    rmSync(made.workspace.journalFile)
    await read()
    expect(locked).toBe(1)
    expect([...(await made.acknowledged.ids([]))]).toEqual([ulid(1)])
  })

  it('nothing is noted while git is at work, or cannot be asked', async () => {
    await made.add(1)
    const lock = made.repository.write('.git/index.lock', '')
    expect(await read()).toBeDefined()
    expect(isChecked(await mark())).toBe(false)
    rmSync(lock)
    made.repository.write('.git/config', 'no configuration')
    await read()
    expect(isChecked(await mark())).toBe(false)
    expect(locked).toBe(0)
  })

  it('the branches are noted in a sparse checkout, and only there', async () => {
    await made.add(1)
    await read()
    expect((await mark())?.branches).toBeUndefined()
    await made.index.putJournalMark(UNCHECKED)
    made.repository.write('.git/info/sparse-checkout', '/*\n')
    await read()
    expect((await mark())?.branches).toBeTypeOf('string')
  })

  const refused = (kind: ErrorKind) =>
    recovery.beforeRead(made.index, () =>
      Promise.reject(new KittyError(kind, 'For a test.', { nextSteps: [] })),
    )

  it.each<ErrorKind>(['NotWritable', 'DiskFull', 'LockUnavailable'])(
    'what cannot be put back is said, where the repository can only be read: %s',
    async (kind) => {
      await made.add(1)
      rmSync(path())
      expect(await refused(kind)).toBeUndefined()
      expect(await indexed()).toEqual([])
      expect(made.notices.all).toEqual([
        expect.stringMatching(/^Could not find out whether git removed events .*For a test\./),
      ])
    },
  )

  it('what another process keeps from being put back is no answer', async () => {
    await made.add(1)
    rmSync(path())
    await expect(refused('LockTimeout')).rejects.toThrow('For a test.')
  })
})

describe('events from the places that an index named', () => {
  it('are the ones that it named, in their order', async () => {
    const rows = [await made.index.rows([]), await indexedRows(1, 2)].flat()
    expect(recovery.confirmed(rows, [note(1), note(2)])).toEqual([note(1), note(2)])
    expect(() => recovery.confirmed(rows, [note(1), note(3)])).toThrow(LineNotThere)
    expect(() => recovery.confirmed(rows, [note(1), undefined])).toThrow(LineNotThere)
  })

  async function indexedRows(...seeds: number[]) {
    await made.add(...seeds)
    return made.index.rows(seeds.map(ulid))
  }
})

it('lines that the hub brought are in the log, and acknowledged', async () => {
  const line = { event_id: ulid(1), timestamp: note(1).timestamp, bytes: Buffer.from(noteLine(1)) }
  await recovery.adopt([line])
  expect(made.repository.read(made.file())).toBe(noteLine(1))
  expect([...(await made.acknowledged.ids([]))]).toEqual([ulid(1)])
})
