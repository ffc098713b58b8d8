import { writeFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { blobLines } from '../../../src/core/log/repair/blob-lines.js'
import { noteLine } from '../../support/events.js'
import { tempFolder } from '../../support/temp-folder.js'
import { TempRepository } from '../../support/temp-repository.js'

const LARGE = 4 * 1024 * 1024

describe('the lines of blobs', () => {
  let repository: TempRepository

  beforeEach(() => {
    repository = new TempRepository(tempFolder(), { commits: false })
  })

  const blob = (content: string): string => {
    writeFileSync(repository.path('content'), content)
    return repository.git('hash-object', '-w', 'content').trim()
  }
  const read = (...ids: string[]): [string, string][] =>
    [...blobLines(repository.root, ids)].map(({ id, parts }) => [id, Buffer.concat([...parts]).toString()])

  it('are a blob’s whole content, in the order of the blobs', () => {
    const [one, two] = [blob('short\n'), blob(`no end ${noteLine(1)}torn`)]
    expect(read(two, one)).toEqual([
      [two, `no end ${noteLine(1)}torn`],
      [one, 'short\n'],
    ])
  })

  it('are those alone of a large one that may be events', () => {
    const filler = `${'x'.repeat(127)}\n`.repeat(LARGE / 128)
    const [just, larger] = [blob(filler), blob(`${filler}${noteLine(1)}\n${noteLine(2)}`)]
    const [whole, events] = read(just, larger)
    expect(whole?.[1]).toHaveLength(LARGE)
    expect(events).toEqual([larger, noteLine(1) + noteLine(2)])
  })

  it('leave out what git does not have, and what is no blob', () => {
    const one = blob('one\n')
    repository.git('add', 'content')
    const tree = repository.git('write-tree').trim()
    expect(read('a'.repeat(40), tree, one)).toEqual([[one, 'one\n']])
    expect(read()).toEqual([])
  })
})
