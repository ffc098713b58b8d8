import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { NoticeList } from '../../../src/core/errors/notices.js'
import type { EventIndex } from '../../../src/core/index/event-index.js'
import { catchUp } from '../../../src/core/index/ingest/catch-up.js'
import { crc32 } from '../../../src/core/log/format/crc32.js'
import { endedTails, noteEnded } from '../../../src/core/log/repair/ended-tails.js'
import { putInOrder } from '../../../src/core/store/put-in-order.js'
import type { Workspace } from '../../../src/core/workspace/workspace.js'
import { noteLine } from '../../support/events.js'
import { PlainLog } from '../../support/plain-log.js'

const DAY = '2026-11-22.jsonl'
const NEXT = '2026-11-23.jsonl'

describe('files that a merge left out of order', () => {
  let made: PlainLog
  let notices: NoticeList
  let workspace: Workspace

  beforeEach(() => {
    made = new PlainLog()
    notices = new NoticeList()
    const { root, eventsDir } = made
    const privateDir = join(root, 'private')
    const logGitDir = join(root, 'git')
    for (const folder of [privateDir, logGitDir]) mkdirSync(folder)
    workspace = { eventsDir, errorsDir: join(root, 'errors'), privateDir, logGitDir } as Workspace // what it asks for
  })

  const written = async (file: string, content: string): Promise<void> => {
    writeFileSync(made.path(file), content)
    await catchUp(made.log, made.index)
  }
  const put = (): Promise<boolean> => putInOrder(made.index, { log: made.log, workspace, notices })
  const content = (file = DAY): string => readFileSync(made.path(file), 'utf8')

  it('are put in order, each event once, with a line that says so', async () => {
    await written(DAY, noteLine(2) + noteLine(1) + noteLine(2))
    expect(await put()).toBe(true)
    expect(content()).toBe(noteLine(1) + noteLine(2))
    expect(notices.all).toEqual([`Put ${DAY} in order: merged 2, dropped 1 duplicate.`])
  })

  it('are passed over for what stays, however many lines are no events', async () => {
    const problem = { file: DAY, kind: 'not_json', message: 'not a JSON object' }
    const problems = Array.from({ length: 300_000 }, (_, line) => ({ ...problem, line }))
    const index = { problems: () => Promise.resolve(problems) } as Partial<EventIndex> as EventIndex // what it asks
    expect(await putInOrder(index, { log: made.log, workspace, notices })).toBe(false)
  })

  it('are rid of conflict markers', async () => {
    await written(DAY, `<<<<<<< ours\n${noteLine(1)}=======\n${noteLine(2)}>>>>>>> theirs\n`)
    expect(await put()).toBe(true)
    expect(content()).toBe(noteLine(1) + noteLine(2))
  })

  it('are left as they are where nothing is wrong, or what is wrong stays', async () => {
    await written(DAY, noteLine(1) + noteLine(2))
    await written(NEXT, 'no event\n')
    expect(await put()).toBe(false)
    expect([content(), content(NEXT), notices.all]).toEqual([noteLine(1) + noteLine(2), 'no event\n', []])
  })

  it('are put in order each for itself', async () => {
    const late = { timestamp: '2026-11-23T09:30:00.000Z' }
    await written(DAY, `${noteLine(1)}no event\n${noteLine(1)}`)
    await written(NEXT, noteLine(4, late) + noteLine(3, late))
    expect(await put()).toBe(true)
    expect(content(NEXT)).toBe(noteLine(3, late) + noteLine(4, late))
    expect(notices.all.map((text) => text.slice(0, 20))).toEqual([`Put ${DAY}`, `Put ${NEXT}`])
  })

  it('are passed over when they are in order by now, or gone', async () => {
    await written(DAY, noteLine(2) + noteLine(1))
    await written(NEXT, 'no event\n')
    writeFileSync(made.path(DAY), noteLine(1) + noteLine(2))
    expect(await put()).toBe(false)
    expect(notices.all).toEqual([])
  })

  it('are left to git while it is at work', async () => {
    const disorder = noteLine(2) + noteLine(1)
    await written(DAY, disorder)
    writeFileSync(join(workspace.logGitDir, 'index.lock'), '')
    expect(await put()).toBe(false)
    expect(content()).toBe(disorder)
  })

  describe('with what a crash left of a line while git was at work', () => {
    const TORN = noteLine(2, { entity_id: 'WPä' }).slice(0, 160)
    const tailOf = (text: string, file = DAY) => ({
      file,
      bytes: Buffer.byteLength(text),
      crc32: crc32(Buffer.from(text)),
    })

    it('are rid of that line, which moves to a copy', async () => {
      await written(DAY, `${noteLine(1)}${TORN}\nno event\n${noteLine(3)}`)
      noteEnded(workspace.privateDir, tailOf('gone by now'))
      noteEnded(workspace.privateDir, tailOf(TORN))
      expect(await put()).toBe(true)
      expect(content()).toBe(`${noteLine(1)}no event\n${noteLine(3)}`)
      const [warning, ...others] = notices.all
      expect(others).toEqual([])
      const [, copy] =
        /^2026-11-22\.jsonl was repaired: what a crash left of a line moved to (.+)$/.exec(warning ?? '') ??
        []
      expect(existsSync(copy ?? '')).toBe(true)
      expect(endedTails(workspace.privateDir)).toEqual([])
    })

    it.each([
      ['a line of another text', tailOf('x'.repeat(Buffer.byteLength(TORN)))],
      ['a line of another length', { ...tailOf(TORN), bytes: 7 }],
      ['a line of another file', tailOf(TORN, NEXT)],
    ])('keep %s', async (_, tail) => {
      const whole = `${noteLine(1)}${TORN}\n`
      await written(DAY, whole)
      await written(NEXT, 'no event\n')
      noteEnded(workspace.privateDir, tail)
      // Another tail of the same file, so that the file is looked at.
      noteEnded(workspace.privateDir, tailOf('gone'))
      expect(await put()).toBe(true)
      expect([content(), content(NEXT), notices.all]).toEqual([whole, 'no event\n', []])
      expect(endedTails(workspace.privateDir)).toEqual([])
    })
  })
})
