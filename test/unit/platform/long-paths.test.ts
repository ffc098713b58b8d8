import { join } from 'node:path'
import { expect, it } from 'vitest'
import { refuseLongPath, tooLongPath } from '../../../src/core/services/workspaces/long-paths.js'
import { errorOf } from '../../support/kitty-error.js'
import { TempRepository } from '../../support/temp-repository.js'

const NAME = `${'deep/'.repeat(40)}file.txt`

it('refuses a worktree whose paths Windows would not open, before anything is claimed', () => {
  const repository = new TempRepository()
  repository.write(NAME, 'x\n')
  repository.commitAll('deep')
  const folder = join(repository.root, '.worktrees', 'a-feature-with-a-long-name-WP01')
  const length = folder.length + 1 + NAME.length

  expect(length).toBeGreaterThan(259)
  const refusal = errorOf(() => refuseLongPath(repository.root, folder, 'HEAD', 'win32'))
  expect(refusal).toMatchObject({ kind: 'UsageError', context: { file: NAME, length } })
  expect(refusal.nextSteps[0]).toMatchObject({ argv: ['git', 'config', 'core.longpaths', 'true'] })

  // A shorter place, another system, or a git that may.
  expect(tooLongPath(repository.root, '/r', 'HEAD', 'win32')).toBeUndefined()
  expect(tooLongPath(repository.root, folder, 'HEAD', 'darwin')).toBeUndefined()
  repository.git('config', 'core.longpaths', 'true')
  expect(tooLongPath(repository.root, folder, 'HEAD', 'win32')).toBeUndefined()
})
