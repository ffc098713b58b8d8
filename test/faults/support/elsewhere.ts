interface TriedElsewhere {
  readonly number: number
  readonly title: string
  /** The command that tries it. */
  readonly where: string
}

const vitest = (file: string): string => `npx vitest run --project main ${file}`

/** Faults of the list that have a test of their own room; `npm test` runs each. */
export const ELSEWHERE: readonly TriedElsewhere[] = [
  { number: 53, title: 'each index damage', where: vitest('test/unit/store/index-damage.test.ts') },
  {
    number: 54,
    title: 'index damage that integrity_check misses',
    where: vitest('test/unit/store/index-damage.test.ts'),
  },
  { number: 57, title: 'native sqlite3 not loadable', where: vitest('test/cli/without-sqlite.test.ts') },
  {
    number: 65,
    title: 'a plugin that overrides, is named by a repository, or throws at load',
    where: vitest('test/cli/plugins.test.ts'),
  },
]
