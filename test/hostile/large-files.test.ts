import { copyFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { branchWithOneLine } from './support/one-line.js'
import { event, FEATURE, packageText, Victim } from './support/victim.js'

const DAY_FILE = '.kittify/events/2026-11-01.jsonl'
/** A command that holds it as bytes and as text has more than `MOST`. */
const MB = 160
const MOST = 300

async function expectSmall(victim: Victim, ...commands: readonly (readonly string[])[]): Promise<void> {
  for (const args of commands) {
    const ran = await victim.kitty(...args)
    expect(ran.stderr, args.join(' ')).not.toMatch(/unexpected|heap|ENOBUFS/i)
    expect(ran.memory, args.join(' ')).toBeLessThan(MOST)
  }
}

/** The branch is merged here. */
function take(victim: Victim, branch = 'big'): void {
  victim.git('reset', '--quiet', '--hard', branch)
}

describe('a log file with one line of 160 MB, once merged', () => {
  it.each<[string, (path: string) => void]>([
    ['written again at another time', (path) => utimesSync(path, 1, 1)],
    ['emptied', (path) => writeFileSync(path, '')],
    ['deleted', (path) => rmSync(path)],
  ])('%s: no command holds it', async (_, change) => {
    const victim = await Victim.make()
    const kept = event()
    await victim.done('note', 'WP01', 'x')
    victim.commitAll('note')
    await branchWithOneLine(victim, DAY_FILE, MB, { first: `${JSON.stringify(kept)}\n` })
    take(victim)
    await expectSmall(victim, ['status'])
    change(victim.path(DAY_FILE))
    await expectSmall(victim, ['agent', 'events', 'verify'], ['move', 'WP01', 'doing'], ['doctor', '--fix'])
    expect(victim.log()).toContain('"text":"hello"')
    const id = String(kept['event_id'])
    await expectSmall(victim, ['commit'], ['agent', 'events', 'redact', id, '--reason', 'x'])
    expect(victim.log()).toContain(`{"event_id":"${id}"`)
    expect(victim.log()).not.toContain('"text":"hello"')
  })

  it('merged by the driver, then put in order: no command holds it', async () => {
    const victim = await Victim.make()
    await branchWithOneLine(victim, DAY_FILE, MB, { first: `${JSON.stringify(event())}\r\n` })
    take(victim)
    const own = (name: string): string => join(victim.folder, name)
    const [base, ours, theirs] = [own('base'), own('ours'), own('theirs')]
    writeFileSync(base, '')
    copyFileSync(victim.path(DAY_FILE), ours)
    writeFileSync(theirs, `${JSON.stringify(event())}\n`)
    const driver = await victim.kitty('agent', 'events', 'merge-driver', base, ours, theirs, DAY_FILE)
    // Git's own union follows.
    expect(driver.code).toBe(3)
    expect(driver.memory).toBeLessThan(MOST)
    await expectSmall(victim, ['doctor', '--fix'], ['note', 'WP01', 'x'])
  })

  it('in an open conflict: no command holds a side of it', async () => {
    const victim = await Victim.make()
    await branchWithOneLine(victim, DAY_FILE, MB)
    victim.write(DAY_FILE, `${JSON.stringify(event())}\n`)
    victim.commitAll('ours')
    victim.write('.git/info/attributes', '*.jsonl -merge\n')
    expect(() => victim.git('merge', 'big')).toThrow()
    await expectSmall(victim, ['status'], ['doctor'], ['note', 'WP01', 'x'])
  })

  it('on another branch only: what was not committed is looked for without holding it', async () => {
    const victim = await Victim.make()
    await branchWithOneLine(victim, DAY_FILE, MB)
    victim.append({ ...event(), timestamp: '2026-11-01T10:00:00.000Z' })
    await victim.done('note', 'WP01', 'x')
    victim.git('stash', '--include-untracked', '--quiet')
    await expectSmall(victim, ['status'], ['agent', 'events', 'archive'], ['commit'])
  })
})

describe('a file of 160 MB where the log’s folder should be', () => {
  it('is not read, on a branch and in the reflog', async () => {
    const victim = await Victim.make()
    await branchWithOneLine(victim, '.kittify/events', MB)
    await victim.done('note', 'WP01', 'x')
    await expectSmall(victim, ['status'], ['doctor'], ['commit'])
    await expectSmall(victim, ['agent', 'events', 'audit', 'main..big'], ['status', '--at', 'big'])
    await expectSmall(victim, ['agent', 'merge', 'preview', 'big'])
    await expectSmall(victim, ['agent', 'events', 'restore', '--from', 'big'])
  })
})

describe('a version of 160 MB in the history of a package', () => {
  it('is left out, by everything that asks who changed it', async () => {
    const victim = await Victim.make()
    const path = `kitty-specs/${FEATURE}/tasks/WP02-part.md`
    await branchWithOneLine(victim, path, MB)
    take(victim)
    victim.write(path, packageText('WP02').replace('Part WP02', 'Another title'))
    await expectSmall(victim, ['sync'], ['commit'], ['status'])
    victim.commitAll('a package again')
    victim.write(path, packageText('WP02').replace('Part WP02', 'A third title'))
    await expectSmall(
      victim,
      ['sync'],
      ['agent', 'feature', 'finalize-tasks', '--feature', FEATURE],
      ['doctor'],
    )
  })

  it('with 90 versions of 2 MB: they are left out too', async () => {
    const victim = await Victim.make()
    const path = `kitty-specs/${FEATURE}/tasks/WP02-part.md`
    for (let at = 0; at < 90; at += 1) {
      const text = packageText('WP02').replace('Part WP02', `Title ${at}`)
      victim.write(path, text + `${at} `.repeat(2 * 1024 * 1024).slice(0, 2 * 1024 * 1024 - text.length - 1))
      victim.commitAll(`version ${at}`)
    }
    victim.write(path, packageText('WP02').replace('Part WP02', 'A third title'))
    await expectSmall(victim, ['sync'], ['doctor'], ['commit'])
  })
})
