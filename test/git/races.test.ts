import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { quickFolder } from './support/folder.js'
import { pathWithKitty } from './support/kitty-shim.js'
import { RaceTrack, type Tally } from './support/race.js'
import { Random } from './support/random.js'

/** Events a verb: 300 with npm run test:races. */
const COUNT = Number(process.env['KITTY_RACES'] ?? 10)
const path = pathWithKitty()

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

const beside = (track: RaceTrack): string => join(dirname(track.clone.root), 'beside')

const RACES: Readonly<Record<string, Race>> = {
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
      rmSync(beside(track), { recursive: true, force: true })
      track.clone.git('worktree', 'prune')
      track.clone.git('worktree', 'add', '--quiet', '--detach', beside(track))
      return ['worktree', 'remove', '-f', beside(track)]
    },
    from: beside,
  },
}

describe('an event stored while git is at work is not lost', () => {
  it.each(Object.keys(RACES))(
    '%s',
    async (name) => {
      const race = RACES[name]
      if (race === undefined) throw new Error('a name of the table')
      const track = await RaceTrack.make(join(quickFolder(), 'repository'), new Random(COUNT), path)
      const { clone } = track
      if (race.isUntracked) clone.git('rm', '--quiet', '-r', '--cached', '.kittify/events')
      clone.commit()
      const tally: Tally = { stored: 0, lost: 0, putBack: 0, refused: 0 }
      const stored: string[] = []
      for (let at = 0; at < COUNT; at += 1) {
        const { id, code } = await track.run(race.ready(track), race.from?.(track))
        if (code !== 0) tally.refused += 1
        const ids = await clone.ids()
        if (id !== undefined) expect(ids, `event ${at}`).toContain(id)
        if (id !== undefined) stored.push(id)
        track.abort()
        await clone.settle()
        clone.git('checkout', '--quiet', '--', 'code')
        clone.git('add', '--', ...(race.isUntracked ? ['code'] : ['code', '.kittify']))
        // Of its own, so that what lies between HEAD and its parent is the log alone.
        clone.git('commit', '--quiet', '--allow-empty', '--message', 'settled')
      }
      const found = await track.everywhere()
      tally.stored = stored.length
      tally.lost = stored.filter((id) => !found.has(id)).length
      tally.putBack = clone.warnings.filter((warning) => warning.startsWith('re-added')).length
      if (COUNT >= 100) process.stderr.write(`races: ${name}: ${JSON.stringify(tally)}\n`)
      expect(tally.lost).toBe(0)
    },
    COUNT * 5_000 + 60_000,
  )
})
