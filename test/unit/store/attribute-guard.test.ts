import { beforeEach, describe, expect, it } from 'vitest'
import { Notices } from '../../../src/core/errors/notices.js'
import { AttributeGuard } from '../../../src/core/store/attribute-guard.js'
import { errorOf, stepsOf } from '../../support/kitty-error.js'
import { note, noteLine, ulid } from '../../support/events.js'
import { inProcess } from '../../support/session.js'
import { TempRepository } from '../../support/temp-repository.js'

const LOG = '.kittify/events/*.jsonl'
const FILE = '.kittify/events/2026-11-22.jsonl'

describe('git’s attributes of the log', () => {
  let repository: TempRepository
  let guard: AttributeGuard
  let warnings: () => readonly string[]

  beforeEach(async () => {
    repository = new TempRepository()
    repository.initKitty()
    const { service } = await inProcess({ cwd: repository.root })
    const notices = await service(Notices)
    guard = await service(AttributeGuard)
    warnings = () => notices.all
  })

  const attribute = (text: string): string => repository.write('.gitattributes', `${LOG} ${text}\n`)
  const append = (text = 'hm'): boolean =>
    guard.beforeAppend([note(1, { payload: { feature_slug: '001-login', text } })])

  it('are no reason to say anything where they are harmless', () => {
    attribute('text eol=lf')
    expect(append()).toBe(true)
    expect(warnings()).toEqual([])
  })

  it('refuse the append where git would store other bytes, and the refusal says how to find the line', () => {
    attribute('filter=lfs')
    const error = errorOf(() => append())
    expect(error.kind).toBe('UnsafeSetup')
    const folder = repository.path('.kittify', 'events')
    expect(error.message).toBe(
      `Git's attribute filter=lfs holds for the log in ${folder}: git stores other bytes than were written. Nothing was written.`,
    )
    expect(stepsOf(error)[0]).toBe(
      'find the line that sets it in .gitattributes or .git/info/attributes, and take it out',
    )
    expect(stepsOf(error)[1]).toContain('git check-attr --all .kittify/events/2026-01-01.jsonl')
    expect(error.context).toEqual({ attribute: 'filter=lfs', events_dir: folder })
  })

  it('refuse $Id where git would rewrite it, and else only warn', () => {
    attribute('ident')
    expect(errorOf(() => append('see $Id$')).message).toContain('git rewrites $Id in it')
    expect(warnings()).toEqual([])
    expect(append()).toBe(false)
    expect(warnings()).toEqual([
      expect.stringMatching(/git rewrites \$Id in it\. Take it out of \.gitattributes\.$/),
    ])
  })

  it.each([
    ['eol=crlf', 'Windows line ends, which the next write takes away again'],
    ['-merge', 'git leaves their side out of a conflict'],
  ])('warn of %s', (text, says) => {
    attribute(text)
    expect(append('see $Id$')).toBe(false)
    expect(warnings()).toEqual([expect.stringContaining(says)])
  })

  it('are looked up for the file of the event’s day', () => {
    repository.write('.gitattributes', `${FILE} -merge\n`)
    expect(append()).toBe(false)
    expect(guard.beforeAppend([note(1, { timestamp: '2026-11-23T09:30:00.000Z' })])).toBe(true)
  })

  it('that ask for a merge driver get it in a clone that lacks it, once', () => {
    attribute('merge=kitty-events')
    append()
    expect(warnings()).toHaveLength(1)
    expect(warnings()[0]).toMatch(
      /^Registered the merge drivers kitty-events.* in this clone's \.git\/config\.$/,
    )
    append()
    expect(warnings()).toHaveLength(1)
  })

  it('that ask for a merge driver stop no one where git’s configuration is locked', () => {
    attribute('merge=kitty-events')
    repository.write('.git/config.lock', '')
    expect(append()).toBe(true)
    expect(warnings()).toEqual([
      expect.stringMatching(/^Could not register the merge drivers; kitty doctor --fix tries again\. ./),
    ])
  })

  it('that ask for both merge drivers get both', () => {
    attribute('merge=kitty-events\nkitty-specs/** merge=kitty-work-package')
    append()
    expect(warnings()[0]).toContain('Registered the merge drivers kitty-events and kitty-work-package in')
  })

  it('name the other side of a conflict that git was told not to merge, and no other', () => {
    repository.write(FILE, noteLine(1))
    repository.commitAll('base')
    repository.git('checkout', '--quiet', '-b', 'theirs')
    repository.write(FILE, noteLine(1) + noteLine(2))
    repository.commitAll('theirs')
    repository.git('checkout', '--quiet', 'main')
    repository.write(FILE, noteLine(1) + noteLine(3))
    attribute('-merge eol=crlf')
    repository.commitAll('ours')
    expect(guard.otherSides()).toEqual([])
    expect(() => repository.git('merge', '--quiet', 'theirs')).toThrow()
    expect(guard.otherSides().map(({ event_id }) => event_id)).toContain(ulid(2))
    attribute('eol=crlf')
    expect(guard.otherSides()).toEqual([])
  })
})
