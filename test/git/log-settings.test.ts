import { chmodSync } from 'node:fs'
import { expect, it } from 'vitest'
import { fileVersions, folderVersions } from '../../src/core/git/file-history.js'
import { namesEver } from '../../src/core/git/folder-names.js'
import { authorsOf, commitAt, lastChange, logCommits } from '../../src/core/git/log-commits.js'
import { hasMergeOf } from '../../src/core/git/merge-branch.js'
import { mergedBranches } from '../../src/core/git/worktrees.js'
import { POSIX } from '../support/posix.js'
import { TempRepository } from '../support/temp-repository.js'

/** What people set, and what each of them changes in the output of `git log`. */
const SETTINGS = {
  'log.showSignature': 'true',
  'log.showRoot': 'false',
  'log.diffMerges': 'off',
  'log.follow': 'true',
  'i18n.logOutputEncoding': 'ISO-8859-1',
}

/** A merge, a renamed file, and signed commits by an author whose name has more letters than ASCII. */
function signedHistory(): TempRepository {
  const repository = new TempRepository()
  const signer = repository.write(
    '.git/signer',
    '#!/bin/sh\nfor file; do :; done\nprintf "%s\\n" "-----BEGIN SSH SIGNATURE-----" x "-----END SSH SIGNATURE-----" > "$file.sig"\n',
  )
  chmodSync(signer, 0o755)
  const author = { 'user.name': 'Zoë', 'commit.gpgSign': 'true', 'user.signingKey': 'key' }
  const ssh = { 'gpg.format': 'ssh', 'gpg.ssh.program': signer }
  for (const [key, value] of Object.entries({ ...author, ...ssh })) repository.git('config', key, value)
  const commit = (path: string, text: string): void => {
    repository.write(path, text)
    repository.git('add', '--all')
    repository.git('commit', '--quiet', '--author=Zoë <zoe@example.org>', '--message', path)
  }
  commit('tasks/a.md', 'one\n')
  repository.git('switch', '--quiet', '--create', 'side')
  commit('tasks/b.md', 'two\n')
  repository.git('switch', '--quiet', 'main')
  repository.git('branch', 'still')
  commit('tasks/a.md', 'three\n')
  repository.git('merge', '--quiet', '--no-edit', 'side')
  repository.git('mv', 'tasks/a.md', 'tasks/c.md')
  commit('tasks/d.md', 'four\n')
  return repository
}

it.skipIf(!POSIX)('what kitty reads from git log does not depend on a user’s settings', () => {
  const repository = signedHistory()
  const { root } = repository
  const read = () => ({
    versions: fileVersions(root, 'tasks/c.md'),
    ofFolder: folderVersions(root, 'tasks', ['tasks/a.md', 'tasks/b.md', 'tasks/c.md']),
    names: namesEver(root, 'tasks'),
    authors: authorsOf(root, 'HEAD'),
    commit: commitAt(root, repository.git('rev-parse', 'HEAD').trim()),
    last: lastChange(root, 'HEAD', 'tasks'),
    commits: logCommits(root, 'HEAD', 'tasks'),
    hasMerge: hasMergeOf(root, 'side', 'HEAD'),
    merged: mergedBranches(root, new Set(['side', 'still']), ['HEAD']),
  })
  const before = read()
  expect(before.authors).toContain('Zoë')
  expect(before.merged).toEqual(new Set(['side']))
  expect(before.versions).toHaveLength(1)
  for (const [key, value] of Object.entries(SETTINGS)) {
    repository.git('config', key, value)
    expect.soft(read(), key).toEqual(before)
    repository.git('config', '--unset', key)
  }
})
