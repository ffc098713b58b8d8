import { KittyError } from '../errors/kitty-error.js'
import { shownCommand } from '../errors/next-step.js'
import { isShallow, rootCommits } from '../git/head.js'

/**
 * The first commits, sorted, by which other clones and databases know a repository.
 * @throws KittyError UsageError before the first one, and in a shallow clone, where another commit is the first after each
 * fetch
 */
export function firstCommits(root: string): readonly [string, ...string[]] {
  if (isShallow(root))
    throw new KittyError(
      'UsageError',
      'A repository is named by its first commit, which a shallow clone does not have.',
      { nextSteps: shownCommand(['git', 'fetch', '--unshallow']) },
    )
  const [first, ...more] = rootCommits(root)
  if (first !== undefined) return [first, ...more]
  throw new KittyError('UsageError', 'A repository is named by its first commit, and this one has none.', {
    nextSteps: ['Commit something first.'],
  })
}
