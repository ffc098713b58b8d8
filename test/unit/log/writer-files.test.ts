import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dayFilesFor, WriterFiles } from '../../../src/core/log/format/writer-files.js'
import { isDayFile } from '../../../src/core/log/format/day-file.js'
import { findWorkspace } from '../../../src/core/workspace/find-workspace.js'
import { errorOf } from '../../support/kitty-error.js'
import { CAN_LIST_OPEN_FILES, openFiles } from '../../support/open-files.js'
import { tempFolder } from '../../support/temp-folder.js'
import { TempRepository } from '../../support/temp-repository.js'

const NOON = '2026-11-22T12:00:00.000Z'

/** A clone whose HEAD a test moves. */
function clone() {
  const root = tempFolder()
  const eventsDir = join(root, 'events')
  mkdirSync(eventsDir)
  const state = { head: 'main 1', clone: 'this one' }
  const place = {
    eventsDir,
    writerFile: join(root, 'private', 'writer.json'),
    clone: () => state.clone,
    head: () => state.head,
  }
  return { root, eventsDir, state, place, files: new WriterFiles(place) }
}

describe('the file of a writer', () => {
  it('is named by the day and a writer of few plain characters', () => {
    const { files } = clone()
    const name = files.fileFor(NOON)
    expect(name).toMatch(/^2026-11-22\.[0-9a-hjkmnp-tv-z]{8}\.jsonl$/)
    expect(isDayFile(name)).toBe(true)
    expect(files.fileFor('2026-11-23T00:00:00.000Z')).toBe(name.replace('22', '23'))
  })

  it('stays the same while HEAD does, also for the next process, though it is there by then', () => {
    const { files, place, eventsDir } = clone()
    const name = files.fileFor(NOON)
    writeFileSync(join(eventsDir, name), '')
    expect(files.fileFor(NOON)).toBe(name)
    expect(new WriterFiles(place).fileFor(NOON)).toBe(name)
  })

  it('is another part once HEAD has moved, and each is used once', () => {
    const { files, state } = clone()
    const name = files.fileFor(NOON)
    const part = (number: number): string => name.replace('.jsonl', `-${number}.jsonl`)
    state.head = 'main 2'
    expect(files.fileFor(NOON)).toBe(part(1))
    expect(files.fileFor(NOON)).toBe(part(1))
    state.head = 'main 1'
    expect(files.fileFor(NOON)).toBe(part(2))
  })

  it('is another part for a line to put back, which is then the one to go on with', () => {
    const { files } = clone()
    const name = files.fileFor(NOON)
    const next = files.fileForPutBack(NOON)
    expect(next).toBe(name.replace('.jsonl', '-1.jsonl'))
    expect(files.fileFor(NOON)).toBe(next)
  })

  it('is none that is already there', () => {
    const { files, state, eventsDir } = clone()
    const name = files.fileFor(NOON)
    for (const part of [1, 2]) writeFileSync(join(eventsDir, name.replace('.jsonl', `-${part}.jsonl`)), '')
    state.head = 'main 2'
    expect(files.fileFor(NOON)).toBe(name.replace('.jsonl', '-3.jsonl'))
  })

  it('is another writer’s in a copy of the clone, and where each clone begins', () => {
    const { files, state } = clone()
    const name = files.fileFor(NOON)
    state.clone = 'a copy'
    const copied = files.fileFor(NOON)
    expect(copied).not.toContain(name.slice(11, 19))
    expect(copied).toMatch(/^2026-11-22\.\w{8}\.jsonl$/)
    expect(clone().files.fileFor(NOON)).not.toBe(name)
  })

  it('is on record before its first line, without anything left over', () => {
    const { root, files, place } = clone()
    const name = files.fileFor(NOON)
    const record: unknown = JSON.parse(readFileSync(place.writerFile, 'utf8'))
    expect(record).toEqual({ id: name.slice(11, 19), clone: 'this one', part: 0, head: 'main 1' })
    expect(readdirSync(join(root, 'private'))).toEqual(['writer.json'])
    if (CAN_LIST_OPEN_FILES) expect(openFiles(root)).toEqual([])
  })

  it.each([
    '',
    'x',
    'null',
    '"id clone part head"',
    '{}',
    '{"clone":"this one","part":3,"head":"main 1"}',
    '{"id":"abc","part":3,"head":"main 1"}',
    '{"id":"abc","clone":"this one","head":"main 1"}',
    '{"id":"abc","clone":"this one","part":3}',
    '{"id":7,"clone":"this one","part":3,"head":"main 1"}',
    '{"id":"../abc","clone":"this one","part":3,"head":"main 1"}',
    '{"id":"abc/..","clone":"this one","part":3,"head":"main 1"}',
    '{"id":"","clone":"this one","part":3,"head":"main 1"}',
    `{"id":"${'a'.repeat(33)}","clone":"this one","part":3,"head":"main 1"}`,
    '{"id":"abc","clone":"this one","part":1.5,"head":"main 1"}',
    '{"id":"abc","clone":"this one","part":"3","head":"main 1"}',
    '{"id":"abc","clone":"another","part":3,"head":"main 1"}',
    '{"id":"abc","clone":7,"part":3,"head":"main 1"}',
    '{"id":"abc","clone":"this one","part":3,"head":7}',
  ])('is a new writer’s where the record is %s', (text) => {
    const { files, place } = clone()
    mkdirSync(join(place.writerFile, '..'))
    writeFileSync(place.writerFile, text)
    expect(files.fileFor(NOON)).toMatch(/^2026-11-22\.\w{8}\.jsonl$/)
  })

  it('is what the record says where it is whole', () => {
    const { files, place } = clone()
    mkdirSync(join(place.writerFile, '..'))
    const id = 'a'.repeat(32)
    writeFileSync(place.writerFile, `{"id":"${id}","clone":"this one","part":3,"head":"main 1"}`)
    expect(files.fileFor(NOON)).toBe(`2026-11-22.${id}-3.jsonl`)
  })

  it('says where the record could not be stored, and leaves nothing half written', () => {
    const { files, place } = clone()
    mkdirSync(place.writerFile, { recursive: true })
    expect(errorOf(() => files.fileFor(NOON)).message).toContain(place.writerFile)
    const { files: others, place: blocked, root } = clone()
    writeFileSync(join(root, 'private'), '')
    expect(() => others.fileFor(NOON)).toThrow(blocked.writerFile)
  })
})

describe('the files that the settings ask for', () => {
  it('are one a day, or this clone’s own', () => {
    const repository = new TempRepository()
    const workspace = findWorkspace(repository.root, {})
    const daily = dayFilesFor(workspace, { log: { files: 'daily' } })
    expect([daily.fileFor(NOON), daily.fileForPutBack(NOON)]).toEqual([
      '2026-11-22.jsonl',
      '2026-11-22.jsonl',
    ])
    const own = dayFilesFor(workspace, { log: { files: 'per-writer' } })
    const name = own.fileFor(NOON)
    expect(name).toMatch(/^2026-11-22\.\w{8}\.jsonl$/)
    expect(own.fileFor(NOON)).toBe(name)
    repository.write('README.md', 'next\n')
    repository.commitAll('next')
    expect(own.fileFor(NOON)).toBe(name.replace('.jsonl', '-1.jsonl'))
  })
})
