import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { CloneOptions } from './clone.js'
import { RaceTrack, type Tally } from './race.js'
import { Random } from '../../support/random.js'

interface Race {
  /** Brings the repository, whose log is committed, to where the verb starts from; answers the verb. */
  readonly ready: (track: RaceTrack) => readonly string[]
  /** Where the event is stored from. */
  readonly from?: (track: RaceTrack) => string
  /** The log is not committed in between. */
  readonly isUntracked?: boolean
}

/** From a branch to the other one, which differs from it in every file. */
const otherBranch = (track: RaceTrack): string => {
  const current = track.clone.git('symbolic-ref', '--short', 'HEAD').trim()
  if (track.clone.tryGit('rev-parse', '--verify', '--quiet', 'other').code !== 0) {
    track.makeAhead('HEAD')
    track.clone.git('branch', 'other', 'ahead')
  }
  return current === 'main' ? 'other' : 'main'
}

const ahead =
  (parent: string, ...verb: string[]) =>
  (track: RaceTrack): readonly string[] => {
    track.makeAhead(parent)
    return verb
  }

const dirty =
  (...verb: string[]) =>
  (track: RaceTrack): readonly string[] => {
    track.dirtyCode()
    return verb
  }

const elsewhere = (track: RaceTrack): string => join(dirname(track.clone.root), 'elsewhere')

export const RACES: Readonly<Record<string, Race>> = {
  checkout: { ready: (track) => ['checkout', otherBranch(track)] },
  'checkout -m': { ready: (track) => ['checkout', '-m', otherBranch(track)] },
  'checkout -f': { ready: (track) => ['checkout', '-f', otherBranch(track)] },
  'merge, fast-forward': { ready: ahead('HEAD', 'merge', '--ff-only', 'ahead') },
  'merge --no-ff': { ready: ahead('HEAD~1', 'merge', '--no-ff', '--no-edit', 'ahead') },
  pull: { ready: ahead('HEAD~1', 'pull', '--no-rebase', '--no-edit', '.', 'ahead') },
  rebase: { ready: ahead('HEAD~1', 'rebase', 'ahead') },
  'cherry-pick': { ready: ahead('HEAD~1', 'cherry-pick', 'ahead') },
  'reset --hard': { ready: ahead('HEAD', 'reset', '--hard', 'ahead') },
  stash: { ready: dirty('stash') },
  restore: { ready: dirty('restore', '.') },
  'clean -fdx': { ready: dirty('clean', '-fdx'), isUntracked: true },
  'worktree remove -f': {
    ready: (track) => {
      rmSync(elsewhere(track), { recursive: true, force: true })
      track.clone.git('worktree', 'prune')
      track.clone.git('worktree', 'add', '--quiet', '--detach', elsewhere(track))
      return ['worktree', 'remove', '-f', elsewhere(track)]
    },
    from: elsewhere,
  },
}

/**
 * Stores `count` events, each while git is at work on the verb; the verb runs oftener where git is done before.
 * @throws Error when the next command does not read one of them.
 */
export async function race(
  name: string,
  count: number,
  folder: string,
  options: CloneOptions,
): Promise<Tally> {
  const verb = RACES[name]
  if (verb === undefined) throw new Error('a name of the table')
  const track = await RaceTrack.make(join(folder, 'repository'), new Random(count), options)
  const { clone } = track
  if (verb.isUntracked) clone.git('rm', '--quiet', '-r', '--cached', '.kittify/events')
  clone.commit()
  const stored: string[] = []
  let refused = 0
  for (let tries = 1; stored.length < count; tries += 1) {
    if (tries > 10 * count) throw new Error(`${stored.length} of ${count} events stored in ${tries} tries`)
    const { id, code } = await track.run(verb.ready(track), verb.from?.(track))
    if (code !== 0) refused += 1
    const ids = await clone.ids()
    if (id !== undefined && !ids.includes(id)) throw new Error(`event ${stored.length + 1}, ${id}, is lost`)
    if (id !== undefined) stored.push(id)
    track.abort()
    await clone.settle()
    clone.git('checkout', '--quiet', '--', 'code')
    clone.git('add', '--', ...(verb.isUntracked ? ['code'] : ['code', '.kittify']))
    // Of its own, so that what lies between HEAD and its parent is the log alone.
    clone.git('commit', '--quiet', '--allow-empty', '--message', 'settled')
  }
  // The last commit as well may have left out what git had just taken: one more command, and then it is counted.
  await clone.settle()
  const found = await track.everywhere()
  return {
    stored: stored.length,
    lost: stored.filter((id) => !found.has(id)).length,
    putBack: clone.warnings.filter((warning) => warning.startsWith('Restored')).length,
    refused,
  }
}
