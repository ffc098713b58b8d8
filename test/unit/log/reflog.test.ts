import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { newRemovals } from '../../../src/core/log/repair/reflog.js'
import { findWorkspace } from '../../../src/core/workspace/find-workspace.js'
import type { Workspace } from '../../../src/core/workspace/workspace.js'
import { POSIX } from '../../support/posix.js'
import { TempRepository } from '../../support/temp-repository.js'

const OLD = 'a'.repeat(40)
const NEW = 'b'.repeat(40)
const NONE = '0'.repeat(40)

const move = (message: string, from = OLD): string =>
  `${from} ${NEW} Ada <ada@example.org> 1764000000 +0000\t${message}\n`

/** A repository whose branch `main` has this reflog. */
function repositoryWith(reflog: string): { workspace: Workspace; path: string; repository: TempRepository } {
  const repository = new TempRepository()
  const path = repository.path('.git', 'logs', 'refs', 'heads', 'main')
  writeFileSync(path, reflog)
  return { workspace: findWorkspace(repository.root, {}), path, repository }
}

const messages = (workspace: Workspace) => newRemovals(workspace).map(({ message }) => message)
const seenFile = ({ privateDir }: Workspace): string => join(privateDir, 'reflogs-seen.json')

describe('moves of the branch that may have removed something', () => {
  it('name the commit before, the newest first, each once', () => {
    const { workspace, path } = repositoryWith(
      move('reset: moving to HEAD~1') + move('rebase (finish): x', NEW),
    )
    expect(newRemovals(workspace)).toEqual([
      { from: NEW, message: 'rebase (finish): x' },
      { from: OLD, message: 'reset: moving to HEAD~1' },
    ])
    expect(newRemovals(workspace)).toEqual([])
    writeFileSync(path, readFileSync(path, 'utf8') + move('reset: again'))
    expect(messages(workspace)).toEqual(['reset: again'])
  })

  it.each([
    'commit: x',
    'commit (initial): x',
    'commit (merge): x',
    'merge other: Fast-forward',
    'pull: Fast-forward',
    'clone: from x',
    'cherry-pick: x',
    'am: x',
    'branch: Created from x',
    'fetch: x',
  ])('are not those of ordinary work, unless it is the newest move: %s', (message) => {
    const { workspace } = repositoryWith(move(message) + move('reset: x'))
    expect(messages(workspace)).toEqual(['reset: x'])
    const { workspace: alone } = repositoryWith(move('reset: x') + move(message))
    expect(messages(alone)).toEqual([message, 'reset: x'])
  })

  it.each([
    'commit (amend): x',
    'committed',
    'a merge',
    'rebase (pick): x',
    'checkout: moving',
    'pull -q --rebase (finish): refs/heads/main onto x',
    'pull (finish): refs/heads/main onto x',
    'branch: Reset to HEAD~2',
    'fetch origin: forced-update',
  ])('are those of other work: %s', (message) => {
    const { workspace } = repositoryWith(move(message) + move('commit: x'))
    expect(messages(workspace)).toEqual(['commit: x', message])
  })

  it('are those without a message, as git update-ref makes them', () => {
    const { workspace } = repositoryWith(move('').replace('\t', '') + move('commit: x'))
    expect(newRemovals(workspace)).toEqual([
      { from: OLD, message: 'commit: x' },
      { from: OLD, message: '' },
    ])
  })

  it('are seen whatever their message: a line separator in it ends no line', () => {
    const amended = 'commit (amend): a\u2028b'
    const pulled = 'pull origin a\u2029b --rebase (finish): refs/heads/main onto x'
    const { workspace } = repositoryWith(move(amended) + move(pulled) + move('commit: x'))
    expect(messages(workspace)).toEqual(['commit: x', pulled, amended])
  })

  it('may come from a commit whose ID begins or ends with zeros', () => {
    const ids = [`${'0'.repeat(20)}${'a'.repeat(20)}`, `${'a'.repeat(20)}${'0'.repeat(20)}`]
    const { workspace } = repositoryWith(ids.map((id) => move('reset: x', id)).join(''))
    expect(newRemovals(workspace).map(({ from }) => from)).toEqual(ids.reverse())
  })

  it('are not the first one, which has no commit before, and not what is no line of a reflog', () => {
    const { workspace } = repositoryWith(
      `no move\n${move('reset: a')}x${move('reset: b')}${move('reset: c', OLD.slice(1))}${move('branch', NONE)}`,
    )
    expect(messages(workspace)).toEqual(['reset: a'])
  })

  it('are read with the object IDs of SHA-256', () => {
    const { workspace } = repositoryWith(`${'c'.repeat(64)} ${'d'.repeat(64)} Ada <a@b> 1 +0000\treset: x\n`)
    expect(newRemovals(workspace)).toEqual([{ from: 'c'.repeat(64), message: 'reset: x' }])
  })

  it('are those of the last 64 KiB of a long reflog', () => {
    const many = Array.from({ length: 1000 }, (_, at) => move(`reset: ${at}`)).join('')
    const { workspace } = repositoryWith(many)
    const found = messages(workspace)
    expect(found[0]).toBe('reset: 999')
    expect(found.length).toBe(Math.floor((64 * 1024) / move('reset: 999').length))
  })

  it('are read from the start where the reflog has become shorter', () => {
    const { workspace, path } = repositoryWith(move('reset: a') + move('reset: b'))
    newRemovals(workspace)
    writeFileSync(path, move('reset: c'))
    expect(messages(workspace)).toEqual(['reset: c'])
  })

  it('are those of the branch that is checked out, and of HEAD where none is', () => {
    const { workspace, repository, path } = repositoryWith(move('reset: main'))
    expect(messages(workspace)).toEqual(['reset: main'])
    repository.git('switch', '--quiet', '--create', 'deep/other')
    const other = repository.path('.git', 'logs', 'refs', 'heads', 'deep', 'other')
    writeFileSync(other, move('reset: other'))
    expect(messages(workspace)).toEqual(['reset: other'])
    repository.git('switch', '--quiet', '--detach')
    writeFileSync(repository.path('.git', 'logs', 'HEAD'), move('reset: detached'))
    expect(messages(workspace)).toEqual(['reset: detached'])
    repository.git('switch', '--quiet', 'main')
    writeFileSync(path, move('reset: main'))
    expect(messages(workspace)).toEqual([])
  })

  it('are none where there is no reflog', () => {
    const { workspace, path } = repositoryWith('')
    rmSync(path)
    expect(newRemovals(workspace)).toEqual([])
  })

  it('are those of a new reflog, however long, after the one before was deleted with its branch', () => {
    const { workspace, path } = repositoryWith(move('reset: a'))
    newRemovals(workspace)
    rmSync(path)
    expect(newRemovals(workspace)).toEqual([])
    writeFileSync(path, move('reset: b') + move('reset: c'))
    expect(messages(workspace)).toEqual(['reset: c', 'reset: b'])
  })

  it('stay reported while the reflog cannot be read', () => {
    const { workspace, path } = repositoryWith(move('reset: a'))
    newRemovals(workspace)
    rmSync(path)
    mkdirSync(path)
    expect(newRemovals(workspace)).toEqual([])
    rmSync(path, { recursive: true })
    writeFileSync(path, move('reset: a'))
    expect(newRemovals(workspace)).toEqual([])
  })

  it('are asked for again once a reflog can be read that could not', () => {
    const { workspace, path } = repositoryWith(move('reset: a'))
    rmSync(path)
    mkdirSync(path)
    expect(newRemovals(workspace)).toEqual([])
    rmSync(path, { recursive: true })
    writeFileSync(path, move('reset: a'))
    expect(messages(workspace)).toEqual(['reset: a'])
  })

  it.each(['', 'x', 'null', '1', '[]', '{"path":"far"}', '{"path":"1"}'])(
    'are reported again where what was seen is %s',
    (text) => {
      const { workspace, path } = repositoryWith(move('reset: a'))
      newRemovals(workspace)
      writeFileSync(seenFile(workspace), text.replace('path', path))
      expect(messages(workspace)).toEqual(['reset: a'])
      expect(messages(workspace)).toEqual([])
    },
  )

  it.runIf(POSIX)('are reported again as long as it cannot be noted that they were seen', () => {
    const { workspace } = repositoryWith(move('reset: a'))
    mkdirSync(dirname(workspace.privateDir), { recursive: true })
    rmSync(workspace.privateDir, { recursive: true, force: true })
    symlinkSync(join(workspace.privateDir, 'missing'), workspace.privateDir)
    expect(messages(workspace)).toEqual(['reset: a'])
    expect(messages(workspace)).toEqual(['reset: a'])
  })
})
