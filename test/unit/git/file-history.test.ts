import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fileVersions, folderVersions } from '../../../src/core/git/file-history.js'
import { TempRepository } from '../../support/temp-repository.js'

const FILES = ['tasks/WP01-a.md', 'tasks/WP02 - ä.md', 'tasks/WP03-c.md', 'tasks/deep/WP04-d.md']

/** Changes, a removal, a rename and a merge of a side branch. */
function history(repository: TempRepository, prefix: string): void {
  const write = (at: number, text: string): string => repository.write(`${prefix}${FILES[at]!}`, text)
  for (const at of FILES.keys()) write(at, `one ${at}\n`)
  repository.commitAll('one')
  write(0, 'two\n')
  repository.commitAll('two')
  repository.git('checkout', '-q', '-b', 'side')
  write(1, 'side\n')
  repository.commitAll('on the side')
  repository.git('checkout', '-q', 'main')
  rmSync(join(repository.root, prefix, FILES[2]!))
  repository.write(`${prefix}tasks/WP03-renamed.md`, 'one 2\n')
  repository.commitAll('renamed')
  repository.git('merge', '-q', '--no-edit', 'side')
  write(3, '')
  repository.commitAll('emptied')
}

describe('the versions of many files', () => {
  it.each(['', 'sub/folder/'])('are those of each file, below %j', (prefix) => {
    const repository = new TempRepository()
    history(repository, prefix)
    const root = join(repository.root, prefix)
    const all = [...FILES, 'tasks/WP03-renamed.md', 'tasks/never.md']
    const versions = folderVersions(root, 'tasks', all)
    expect([...versions.keys()]).toEqual(all)
    for (const path of all) expect([path, versions.get(path)]).toEqual([path, fileVersions(root, path)])
    expect(versions.get(FILES[1]!)!.map(({ bytes }) => bytes?.toString())).toEqual(['one 1\n', 'side\n'])
    expect(versions.get(FILES[2]!)!.at(-1)!.bytes).toBeUndefined()
  })

  it('are none before the first commit', () => {
    const repository = new TempRepository()
    repository.git('checkout', '-q', '--orphan', 'empty')
    expect(folderVersions(repository.root, 'tasks', FILES)).toEqual(new Map(FILES.map((path) => [path, []])))
  })
})
