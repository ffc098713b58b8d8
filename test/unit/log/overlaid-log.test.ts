import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SCAN_START, type LogLine } from '../../../src/core/log/event-log.js'
import { JsonlEventLog } from '../../../src/core/log/jsonl-event-log.js'
import { OverlaidLog } from '../../../src/core/log/overlaid-log.js'
import { FileJournal } from '../../../src/core/log/repair/file-journal.js'
import { note, noteLine, ulid } from '../../support/events.js'
import { CAN_LIST_OPEN_FILES, openFiles } from '../../support/open-files.js'
import { tempFolder } from '../../support/temp-folder.js'

const DAY = '2026-11-22.jsonl'
const THEIRS = `hub/${DAY}`
const length = Buffer.byteLength(noteLine(1))

/** A log with the first note of its own and the second from the hub. */
function overlaid() {
  const root = tempFolder()
  const folders = [join(root, 'events'), join(root, 'overlay')] as const
  const [own, overlay] = folders.map(
    (eventsDir, at) =>
      new JsonlEventLog(
        { eventsDir, errorsDir: join(root, 'errors') },
        new FileJournal(join(root, `private-${at}`, 'journal.jsonl')),
      ),
  ) as [JsonlEventLog, JsonlEventLog] // one per folder
  for (const [at, folder] of folders.entries()) {
    mkdirSync(folder)
    writeFileSync(join(folder, DAY), noteLine(at + 1))
  }
  const fresh = { begun: 0 }
  const log = new OverlaidLog(own, overlay, () => {
    fresh.begun += 1
    return () => void (fresh.begun -= 1)
  })
  return { root, log, own, overlay, folders, fresh }
}

function linesOf(log: OverlaidLog, file: string): LogLine[] {
  return [...log.scan(file, SCAN_START)].flat()
}

describe('a log with what the hub has brought', () => {
  it('lists its own files first, and the hub’s under names of their own', () => {
    const { log, own, overlay } = overlaid()
    expect(log.list()).toEqual([own.find(DAY), { ...overlay.find(DAY), name: THEIRS }])
    expect(log.find(DAY)).toEqual(own.find(DAY))
    expect(log.find(THEIRS)).toEqual({ ...overlay.find(DAY), name: THEIRS })
  })

  it('has no file that neither of the two has', () => {
    const { log } = overlaid()
    expect([log.find('2026-11-23.jsonl'), log.find('hub/2026-11-23.jsonl')]).toEqual([undefined, undefined])
  })

  it('reads each file in its own folder, and names it as it lists it, also in problems', () => {
    const { log, folders } = overlaid()
    writeFileSync(join(folders[1], DAY), `${noteLine(2)}x\n`)
    expect(linesOf(log, DAY)).toMatchObject([{ file: DAY, event: { event_id: ulid(1) } }])
    const [event, problem] = linesOf(log, THEIRS)
    expect(event).toMatchObject({ file: THEIRS, line: 1, event: { event_id: ulid(2) } })
    expect(event).not.toHaveProperty('problem')
    expect(problem).toMatchObject({ file: THEIRS, line: 2, problem: { file: THEIRS, kind: 'not_json' } })
  })

  it('says where a scan of either ended, from where it began', () => {
    const { log } = overlaid()
    for (const file of [DAY, THEIRS]) {
      const scan = log.scan(file, SCAN_START)
      let step = scan.next()
      while (!step.done) step = scan.next()
      expect(step.value).toMatchObject({ offset: length, line: 1, tornBytes: 0 })
      const again = log.scan(file, step.value).next()
      expect(again).toEqual({ done: true, value: step.value })
    }
  })

  it('answers about either file by its name', () => {
    const { log, own, overlay } = overlaid()
    expect(log.prefixCrc(DAY, length)).toBe(own.prefixCrc(DAY, length))
    expect(log.prefixCrc(THEIRS, length)).toBe(overlay.prefixCrc(DAY, length))
    expect(log.prefixCrc(THEIRS, length)).not.toBe(log.prefixCrc(DAY, length))
    expect(log.readLine({ file: DAY, offset: 0, length })).toBe(noteLine(1).trimEnd())
    expect(log.readLine({ file: THEIRS, offset: 0, length })).toBe(noteLine(2).trimEnd())
  })

  it('gives events in the order asked for, from the log that has each', () => {
    const { log } = overlaid()
    const [ours, theirs, none] = [
      { file: DAY, offset: 0, length },
      { file: THEIRS, offset: 0, length },
      { file: 'hub/2026-11-23.jsonl', offset: 0, length },
    ]
    expect(log.readEvents([ours])).toEqual([note(1)])
    expect(log.readEvents([theirs, none, ours, theirs])).toEqual([note(2), undefined, note(1), note(2)])
  })

  it('changes its state when either folder does', () => {
    const { log, folders } = overlaid()
    for (const folder of folders) {
      const before = log.folderState()
      expect(log.folderState()).toBe(before)
      writeFileSync(join(folder, '2026-11-23.jsonl'), noteLine(3))
      expect(log.folderState()).not.toBe(before)
    }
  })

  it('writes, restores and repairs in its own folder only', () => {
    const { log, own, overlay, folders } = overlaid()
    const added = log.append([note(3)])
    expect(added).toEqual([{ event: note(3), file: DAY, offset: length, length }])
    const raw = { event_id: ulid(4), timestamp: note(4).timestamp, bytes: Buffer.from(noteLine(4)) }
    expect(log.putBack([raw])).toBe(1)
    for (const folder of folders) writeFileSync(join(folder, DAY), noteLine(5).trimEnd())
    expect(log.prepare([THEIRS])).toEqual([])
    expect(log.prepare([DAY, THEIRS])).toMatchObject([{ file: DAY, action: 'completed' }])
    expect(own.find(DAY)?.size).toBe(length)
    expect(overlay.find(DAY)?.size).toBe(length - 1)
  })

  it('repairs every file of its own where none is named', () => {
    const { log, folders } = overlaid()
    writeFileSync(join(folders[0], DAY), noteLine(5).trimEnd())
    expect(log.prepare()).toMatchObject([{ file: DAY, action: 'completed' }])
  })

  it.runIf(CAN_LIST_OPEN_FILES)('leaves nothing open once closed', () => {
    const { root, log } = overlaid()
    log.append([note(3)])
    log.close()
    expect(openFiles(root)).toEqual([])
  })

  it('lets the hub’s lines come in while someone follows it', () => {
    const { log, fresh } = overlaid()
    const end = log.keepFresh(() => undefined)
    expect(fresh.begun).toBe(1)
    end()
    expect(fresh.begun).toBe(0)
  })
})
