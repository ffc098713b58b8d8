import type { LogProblem } from '../../log/event-log.js'
import { byHand, repairable, some, type Verdict, well } from './check.js'
import { shownCommand, shownWords } from '../../errors/next-step.js'
import { eventsWithSecrets } from '../verify/event-checks.js'
import { counted } from '../../errors/counted.js'

/** What the doctor can do about lines, with the lock held. */
export interface LineRepairs {
  /** Does nothing, since taking the lock already performs the recovery. */
  readonly recovered: () => void
  readonly quarantine: () => void
  readonly refile: () => Promise<void>
  readonly dropCopies: () => Promise<void>
  readonly rebuildClock: () => Promise<void>
  readonly rebuildIndex: () => Promise<void>
}

/** A kind of problem that `events verify` lists, in the doctor's words. */
export interface ProblemCheck {
  readonly name: string
  /** Kinds of `LogProblem`. A kind that no row names counts as a damaged line. */
  readonly kinds: readonly string[]
  readonly well: string
  verdict(problems: readonly LogProblem[], repairs: LineRepairs): Verdict
}

/** More would not fit into one line of a terminal. */
const REDACTED_AT_ONCE = 10

const VERIFY = ['kitty', 'agent', 'events', 'verify']

/** One row per kind of damage. If a repair would lose bytes, the row says what to type instead. */
export const PROBLEM_CHECKS: readonly ProblemCheck[] = [
  {
    name: 'torn-tails',
    kinds: ['torn_tail'],
    well: 'every file ends with a whole line',
    verdict: (problems, { recovered }) =>
      repairable(
        `${files(problems)} ${problems.length === 1 ? 'ends' : 'end'} in the middle of a line: a writer is at work, or a crash cut it off`,
        'completes it when it is a whole event, else moves it to .kittify/errors',
        recovered,
      ),
  },
  {
    name: 'line-order',
    kinds: ['conflict_marker', 'crlf', 'bom', 'glued', 'duplicate', 'out_of_order'],
    well: 'every file is in order',
    verdict: (problems, { recovered }) =>
      repairable(
        `git or an editor left ${files(problems)} untidy (${kinds(problems)}): read all the same, and every command pays for it`,
        'puts the files in order; the next write would do it too',
        recovered,
      ),
  },
  {
    name: 'misfiled-events',
    kinds: ['wrong_file'],
    well: "every event is in its day's file",
    verdict: (problems, { refile }) =>
      repairable(
        `${counted(problems.length, 'event')} ${isOrAre(problems)} in another day's file (${places(problems)}): a query for one day misses them`,
        `moves ${problems.length === 1 ? 'it into the file of its day' : 'them into the files of their days'}`,
        refile,
      ),
  },
  {
    name: 'copied-events',
    kinds: ['duplicate_elsewhere'],
    well: 'no event is in two files',
    verdict: (problems, { dropCopies }) =>
      repairable(
        `${counted(problems.length, 'event')} ${isOrAre(problems)} in two files (${places(problems)}): counted once, and read twice each time`,
        'keeps one line of each, byte for byte the same',
        dropCopies,
      ),
  },
  {
    name: 'shared-ids',
    kinds: ['same_id'],
    well: 'every event ID is unique',
    verdict: (problems) =>
      byHand(
        `${counted(problems.length, 'line')} ${problems.length === 1 ? 'names' : 'name'} another event by an id that is taken (${places(problems)}): one of the two counts, everywhere the same, and only a person can say which was meant`,
        ...shownCommand(VERIFY, 'names both lines of each'),
        'Take out the one that is wrong by hand and commit.',
      ),
  },
  {
    name: 'poison-clocks',
    kinds: ['suspicious_clock'],
    well: 'no clock value is far above the others',
    verdict: (problems) =>
      byHand(
        `${counted(problems.length, 'event')} ${problems.length === 1 ? 'has' : 'have'} a clock value far above all others (${places(problems)}): kept, and not followed or replayed, otherwise no one could write after them`,
        ...shownCommand(VERIFY, 'shows them'),
        'If no one here wrote them, take the lines out by hand and commit.',
      ),
  },
  {
    name: 'parents',
    kinds: ['missing_parent', 'invalid_parent'],
    well: 'every event finds the events it was written after',
    verdict: (problems) =>
      byHand(
        `${counted(problems.length, 'parent')} of events ${problems.length === 1 ? 'is' : 'are'} not in the log or not older (${places(problems)}): lost or not merged yet, so that a conflict may be seen where there was none`,
        ...shownCommand(['git', 'fetch', '--all'], 'then merge the branch that has them'),
        'To find that branch: git log --all -S EVENT_ID -- .kittify/events',
      ),
  },
  {
    name: 'foreign-names',
    kinds: ['foreign_name'],
    well: "every event names a feature and a package in kitty's forms",
    verdict: (problems) =>
      byHand(
        `${counted(problems.length, 'event')} ${problems.length === 1 ? 'has' : 'have'} names that are no feature's or package's (${places(problems)}): shown as text, and never made a path or a command`,
        ...shownCommand(VERIFY, 'shows them'),
        'If no one here wrote them, take the lines out by hand and commit.',
      ),
  },
  {
    name: 'secrets',
    kinds: ['secret'],
    well: 'no event holds what looks like a secret',
    verdict: (problems) => {
      const ids = eventsWithSecrets(problems)
      const redact = [
        'kitty',
        'agent',
        'events',
        'redact',
        ...ids.slice(0, REDACTED_AT_ONCE),
        '--reason',
        'TEXT',
      ]
      return byHand(
        `${counted(ids.length, 'event')} ${ids.length === 1 ? 'holds' : 'hold'} what looks like a secret (${places(problems)}): everyone who has the repository has it`,
        'Revoke it first: redacting hides it, and makes nothing unread.',
        ...shownWords(redact, 'takes it out of everything that kitty keeps'),
        "Git's older commits keep it until someone rewrites them: git filter-repo.",
      )
    },
  },
  {
    name: 'unknown-types',
    kinds: ['unknown_type'],
    well: 'every event is of a type known here',
    verdict: (problems) =>
      well(
        `${counted(problems.length, 'event')} of a type or version not known here: kept as they are, and passed over`,
      ),
  },
  {
    name: 'journal',
    kinds: ['not_in_log', 'on_another_branch'],
    well: 'every event that was acknowledged is in the log or committed',
    verdict: (problems, { recovered }) => {
      const lost = problems.filter(({ kind }) => kind === 'not_in_log')
      if (lost.length === 0) return well(problems.map(({ message }) => message).join('; '))
      const [was, is, it] = lost.length === 1 ? ['was', 'is', 'it'] : ['were', 'are', 'them']
      return repairable(
        `${counted(lost.length, 'event')} ${was} acknowledged and ${is} not in the log: git took ${it} away`,
        `puts ${it} back`,
        recovered,
      )
    },
  },
  {
    name: 'clock',
    kinds: ['clock'],
    well: 'agrees with the log',
    verdict: ([problem], { rebuildClock }) =>
      repairable(
        `clock.json is not to be used: ${problem?.message ?? ''}`,
        'takes it from the log',
        rebuildClock,
      ),
  },
  {
    name: 'index',
    kinds: ['index'],
    well: 'matches the log',
    verdict: ([problem], { rebuildIndex }) =>
      repairable(
        `the index is not to be used: ${problem?.message ?? ''}`,
        'rebuilds it from the log',
        rebuildIndex,
      ),
  },
]

/** Covers everything that no other row names: lines that are not events. */
export const DAMAGED_LINES: ProblemCheck = {
  name: 'damaged-lines',
  kinds: [],
  well: 'every line is an event',
  verdict: (problems, { quarantine }) =>
    repairable(
      `${counted(problems.length, 'line')} ${problems.length === 1 ? 'is' : 'are'} no event (${places(problems)}: ${kinds(problems)}): passed over, and every command warns of it`,
      'moves them to .kittify/errors byte for byte, with a note where they stood',
      quarantine,
    ),
}

function isOrAre({ length }: readonly LogProblem[]): string {
  return length === 1 ? 'is' : 'are'
}

function places(problems: readonly LogProblem[]): string {
  return some(problems.map(({ file, line }) => `${file}:${line}`))
}

function files(problems: readonly LogProblem[]): string {
  return some([...new Set(problems.map(({ file }) => file))])
}

function kinds(problems: readonly LogProblem[]): string {
  return some([...new Set(problems.map(({ kind }) => kind.replaceAll('_', ' ')))], 5)
}
