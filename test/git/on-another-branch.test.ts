import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CiReport } from '../../src/core/services/ci-report.js'
import { Doctor } from '../../src/core/services/doctor/doctor.js'
import { PROBLEM_CHECKS } from '../../src/core/services/doctor/problem-checks.js'
import { Verify } from '../../src/core/services/verify/verify.js'
import { EventStore } from '../../src/core/store/event-store.js'
import { commitLog, emit, inProcess, move, project } from '../support/kitty.js'
import { gitIn } from '../support/temp-repository.js'

/** On main, with one move that only the branch `pr` has. */
async function branched(): Promise<string> {
  const folder = await project()
  gitIn(folder, 'checkout', '--quiet', '-b', 'pr')
  await emit(folder, 'ada', move('doing'))
  commitLog(folder)
  gitIn(folder, 'checkout', '--quiet', 'main')
  return folder
}

const verify = async (folder: string) =>
  (await inProcess(folder, Verify, (service) => service.verify())).result

const journalCheck = async (folder: string, fix = false) => {
  const { result } = await inProcess(folder, Doctor, (service) => service.examine(fix))
  return result.diagnosis.checks.find(({ name }) => name === 'journal')
}

const WAITS = '1 event stored here is on another branch and not on this one: it comes back with that branch'

describe('an event of this clone that only another branch has', () => {
  it('is a notice of verify and no problem', async () => {
    const folder = await branched()
    expect(await verify(folder)).toMatchObject({
      problems: [],
      notices: [{ kind: 'on_another_branch', line: 0, message: WAITS }],
    })
  })

  it('fails no check of doctor, which says where the event is', async () => {
    expect(await journalCheck(await branched())).toMatchObject({ ok: true, message: WAITS })
  })

  it('does not fail kitty ci', async () => {
    const { result } = await inProcess(await branched(), CiReport, (service) => service.report('main'))
    expect(result).toMatchObject({ problems: [], ok: true })
  })

  it('is counted with the others in one notice, and none is left once the branch is checked out', async () => {
    const folder = await branched()
    gitIn(folder, 'checkout', '--quiet', 'pr')
    await emit(folder, 'ada', move('doing', 'WP03'))
    commitLog(folder)
    gitIn(folder, 'checkout', '--quiet', 'main')
    expect((await verify(folder)).notices.map(({ message }) => message)).toEqual([
      '2 events stored here are on another branch and not on this one: they come back with that branch',
    ])
    gitIn(folder, 'checkout', '--quiet', 'pr')
    expect(await verify(folder)).toMatchObject({ problems: [], notices: [] })
  })

  it('is no damage either where only the branch of a remote has it', async () => {
    const folder = await branched()
    gitIn(folder, 'update-ref', 'refs/remotes/origin/pr', 'pr')
    gitIn(folder, 'branch', '--quiet', '-D', 'pr')
    expect(await verify(folder)).toMatchObject({ problems: [], notices: [{ kind: 'on_another_branch' }] })
  })
})

describe('an event of this clone that no branch has', () => {
  it('is damage, in the right number, and --fix puts it back', async () => {
    const folder = await branched()
    gitIn(folder, 'branch', '--quiet', '-D', 'pr')
    expect((await verify(folder)).problems).toMatchObject([{ kind: 'not_in_log' }])
    expect(await journalCheck(folder)).toMatchObject({
      ok: false,
      message: '1 event was acknowledged and is not in the log: git took it away',
    })
    expect(await journalCheck(folder, true)).toMatchObject({ ok: true })
    const lanes = (await inProcess(folder, EventStore, (store) => store.read())).result
    expect(lanes.at(-1)?.event_type).toBe('WPStatusChanged')
  })

  it('is damage where HEAD has it, whatever another branch has', async () => {
    const folder = await branched()
    gitIn(folder, 'merge', '--quiet', '--ff-only', 'pr')
    gitIn(folder, 'checkout', '--quiet', 'pr')
    await emit(folder, 'ada', move('doing', 'WP03'))
    commitLog(folder)
    gitIn(folder, 'checkout', '--quiet', 'main')
    const day = gitIn(folder, 'ls-files', '.kittify/events/*.jsonl').trim()
    writeFileSync(join(folder, day), gitIn(folder, 'show', `HEAD~1:${day}`))
    const { problems, notices } = await verify(folder)
    expect(problems.map(({ kind }) => kind)).toEqual(['not_in_log'])
    expect(notices.map(({ kind }) => kind)).toEqual(['on_another_branch'])
  })
})

it.each(PROBLEM_CHECKS.filter(({ kinds }) => kinds.length > 0))(
  'the check $name writes of one problem in the singular',
  ({ kinds, verdict }) => {
    const problem = {
      file: '2026-11-22.jsonl',
      line: 1,
      kind: kinds[0] ?? '',
      message: 'event 1 holds a key',
    }
    const nothing = (): void => undefined
    const repairs = {
      recovered: nothing,
      quarantine: nothing,
      refile: () => Promise.resolve(),
      dropCopies: () => Promise.resolve(),
      rebuildClock: () => Promise.resolve(),
      rebuildIndex: () => Promise.resolve(),
    }
    expect(verdict([problem], repairs).message).not.toMatch(/\b1 \w+ (?:are|were|have|name|hold)\b/)
  },
)
