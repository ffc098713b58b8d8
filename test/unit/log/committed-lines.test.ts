import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Committed, committedLines } from '../../../src/core/log/repair/committed-lines.js'
import type { RawLine } from '../../../src/core/log/event-log.js'
import { noteLine, ulid } from '../../support/events.js'
import { tempFolder } from '../../support/temp-folder.js'
import { errorOf } from '../../support/kitty-error.js'
import { gitIn, TempRepository } from '../../support/temp-repository.js'

const TODAY = '2026-11-22T09:30:00.000Z'
const TOMORROW = '2026-11-23T09:30:00.000Z'

function line(seed: number, timestamp = TODAY): RawLine {
  return { event_id: ulid(seed), timestamp, bytes: Buffer.from(noteLine(seed, { timestamp })) }
}

class Repository extends TempRepository {
  readonly eventsDir = join(this.root, '.kittify', 'events')

  constructor() {
    super()
    this.initKitty()
  }

  append(...lines: RawLine[]): void {
    mkdirSync(this.eventsDir, { recursive: true })
    for (const { timestamp, bytes } of lines) {
      appendFileSync(join(this.eventsDir, `${timestamp.slice(0, 10)}.jsonl`), bytes)
    }
  }

  /** In HEAD or elsewhere. */
  committed(...lines: RawLine[]): Set<string> {
    const { inHead, elsewhere } = this.places(...lines)
    return new Set([...inHead, ...elsewhere])
  }

  places(...lines: RawLine[]): Committed {
    return committedLines(this.root, this.eventsDir, lines)
  }
}

describe('committedLines', () => {
  it('finds lines of HEAD, and not those of the work tree or the index alone', () => {
    const repository = new Repository()
    repository.append(line(1), line(2, TOMORROW))
    repository.commitAll('two')
    repository.append(line(3))
    repository.git('add', '--all')
    repository.append(line(4))
    expect(repository.committed(line(1), line(2, TOMORROW), line(3), line(4))).toEqual(
      new Set([ulid(1), ulid(2)]),
    )
  })

  it('finds a line that another program has put into the file of another day, in HEAD and at a tip', () => {
    const repository = new Repository()
    // As the journal knows them, and as the files have them.
    const [misfiled, another] = [line(1), line(2)]
    repository.append({ ...misfiled, timestamp: TOMORROW })
    repository.commitAll('of HEAD')
    repository.git('switch', '--quiet', '--create', 'other')
    repository.append({ ...another, timestamp: TOMORROW })
    repository.commitAll('on other')
    repository.git('switch', '--quiet', 'main')
    expect(repository.places(misfiled, another, line(3))).toEqual({
      inHead: new Set([ulid(1)]),
      elsewhere: new Set([ulid(1), ulid(2)]),
    })
  })

  it('finds lines in the tip of any branch, and none of a branch that is gone', () => {
    const repository = new Repository()
    repository.git('switch', '--quiet', '--create', 'other')
    repository.append(line(1))
    repository.commitAll('on other')
    expect(repository.places(line(1))).toEqual({ inHead: new Set([ulid(1)]), elsewhere: new Set() })
    repository.git('switch', '--quiet', 'main')
    expect(repository.places(line(1), line(2))).toEqual({ inHead: new Set(), elsewhere: new Set([ulid(1)]) })
    repository.git('branch', '--quiet', '-D', 'other')
    expect(repository.committed(line(1))).toEqual(new Set())
  })

  it('does not count a branch that HEAD contains: what it brought and HEAD lacks was taken out', () => {
    const repository = new Repository()
    repository.append(line(1))
    repository.commitAll('one')
    repository.git('branch', 'merged')
    repository.git('revert', '--no-edit', 'HEAD')
    expect(repository.committed(line(1))).toEqual(new Set())
    repository.git('branch', 'ahead', 'merged')
    repository.git('switch', '--quiet', 'ahead')
    expect(repository.committed(line(1))).toEqual(new Set([ulid(1)]))
  })

  it('finds lines in the files of other writers, and on an unborn branch those of all branches', () => {
    const repository = new Repository()
    mkdirSync(repository.eventsDir, { recursive: true })
    writeFileSync(join(repository.eventsDir, '2026-11-22.k3f9-2.jsonl'), line(1).bytes)
    repository.commitAll('one')
    expect(repository.committed(line(1))).toEqual(new Set([ulid(1)]))
    repository.git('switch', '--quiet', '--orphan', 'new')
    expect(repository.committed(line(1))).toEqual(new Set([ulid(1)]))
  })

  it('finds lines of a detached HEAD', () => {
    const repository = new Repository()
    repository.git('switch', '--quiet', '--detach')
    repository.append(line(1))
    repository.commitAll('detached')
    expect(repository.committed(line(1))).toEqual(new Set([ulid(1)]))
  })

  it('does not take a line for committed that differs in a byte', () => {
    const repository = new Repository()
    repository.append(line(1))
    repository.commitAll('one')
    const other = { ...line(1), bytes: Buffer.from(noteLine(1, { actor: 'eve' })) }
    expect(repository.committed(other)).toEqual(new Set())
  })

  it('finds a log that lies in a folder of the repository, and lines with any character', () => {
    const repository = new TempRepository()
    const root = join(repository.root, 'deep', 'project')
    const eventsDir = join(root, '.kittify', 'events')
    mkdirSync(eventsDir, { recursive: true })
    const bytes = Buffer.from(noteLine(1, { actor: 'Ærøskøbing 猫' }))
    writeFileSync(join(eventsDir, '2026-11-22.jsonl'), bytes)
    repository.commitAll('one')
    expect(committedLines(root, eventsDir, [{ ...line(1), bytes }]).inHead).toEqual(new Set([ulid(1)]))
  })

  it('leaves git’s index alone and needs no free index.lock', () => {
    const repository = new Repository()
    repository.append(line(1))
    repository.commitAll('one')
    writeFileSync(join(repository.root, '.git', 'index.lock'), '')
    expect(repository.committed(line(1))).toEqual(new Set([ulid(1)]))
  })

  it('calls nothing committed before the first commit', () => {
    const unborn = tempFolder()
    gitIn(unborn, 'init', '--quiet')
    const nothing = { inHead: new Set(), elsewhere: new Set() }
    expect(committedLines(unborn, join(unborn, '.kittify', 'events'), [line(1)])).toEqual(nothing)
  })

  it('says that git could not be asked, and never that nothing is committed', () => {
    const folder = tempFolder()
    expect(errorOf(() => committedLines(folder, folder, [line(1)])).kind).toBe('GitFailure')
    const repository = new Repository()
    repository.append(line(1))
    repository.commitAll('one')
    rmSync(join(repository.root, '.git', 'HEAD'))
    expect(errorOf(() => repository.committed(line(1))).kind).toBe('GitFailure')
    expect(errorOf(() => committedLines(join(folder, 'missing'), folder, [line(1)])).kind).toBe('GitFailure')
  })
})
