import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeLines } from '../../../src/core/log/format/merge-lines.js'
import { needsNormalizing, normalizeFile } from '../../../src/core/log/repair/normalize.js'
import { noteFields, noteLine } from '../../support/events.js'
import { tempFolder } from '../../support/temp-folder.js'
import { POSIX } from '../../support/posix.js'

function merge(...versions: string[]): string {
  return mergeLines(versions.map((version) => Buffer.from(version))).bytes.toString()
}

describe('mergeLines', () => {
  it('is the set union in total order, each line once', () => {
    const ours = noteLine(1) + noteLine(3)
    const theirs = noteLine(1) + noteLine(2)
    const merged = mergeLines([Buffer.from(ours), Buffer.from(theirs)])
    expect(merged.bytes.toString()).toBe(noteLine(1) + noteLine(2) + noteLine(3))
    expect(merged).toMatchObject({ merged: 3, duplicates: 1 })
  })

  it('drops the full lines of an event that another version has redacted, no matter which comes first', () => {
    const stub = JSON.stringify({
      ...noteFields(1),
      payload: { feature_slug: '001-demo', redacted: 'a secret' },
    })
    for (const versions of [
      [noteLine(1), `${stub}\n${noteLine(2)}`],
      [`${stub}\n${noteLine(2)}`, noteLine(1)],
    ])
      expect(merge(...versions)).toBe(`${stub}\n${noteLine(2)}`)
  })

  it.each([
    ['default', `<<<<<<< HEAD\n${noteLine(2)}=======\n${noteLine(3)}>>>>>>> theirs\n`],
    ['diff3', `<<<<<<< HEAD\n${noteLine(2)}||||||| base\n=======\n${noteLine(3)}>>>>>>> theirs\n`],
    [
      'zdiff3',
      `<<<<<<< HEAD\n${noteLine(3)}||||||| 1234abc\n${noteLine(2)}=======\n${noteLine(2)}>>>>>>> theirs\n`,
    ],
  ])('drops the markers of a conflict in %s style and keeps every side', (_, conflict) => {
    expect(merge(noteLine(1) + conflict)).toBe(noteLine(1) + noteLine(2) + noteLine(3))
  })

  it('ends with a newline, no matter which side lacked it', () => {
    expect(merge(noteLine(1).trimEnd(), noteLine(2).trimEnd())).toBe(noteLine(1) + noteLine(2))
  })

  it('parts events that have been glued into one line, and no text that only looks like it', () => {
    const odd = noteLine(3, { actor: '}{' })
    expect(merge(noteLine(1).trimEnd() + noteLine(2), `${odd}{}{}\n`)).toBe(
      `${noteLine(1)}${noteLine(2)}${odd}{}{}\n`,
    )
  })

  it('takes away Windows line ends and a byte order mark', () => {
    expect(merge(`\ufeff${noteLine(1)}`.replace('\n', '\r\n'), noteLine(1))).toBe(noteLine(1))
  })

  it('keeps the CR of a line that is no event, byte for byte', () => {
    expect(merge(`${noteLine(1)}no event\r\n`)).toBe(`${noteLine(1)}no event\r\n`)
  })

  it('keeps both of two lines that share an id, in an order that does not depend on the sides', () => {
    const one = noteLine(1)
    const other = noteLine(1, { actor: 'eve' })
    expect(merge(one, other)).toBe(merge(other, one))
    expect(merge(one, other)).toHaveLength(one.length + other.length)
  })

  it('keeps unknown events untouched in their place and what is no event untouched at the end', () => {
    const foreign = `${JSON.stringify(noteFields(2, { event_type: 'Elsewhere', more: [1, 2.0] })).replaceAll(',', ' , ')}\n`
    expect(merge(`broken {\n${noteLine(3)}`, `another\n${foreign}`)).toBe(
      `${foreign}${noteLine(3)}broken {\nanother\n`,
    )
  })

  it('drops the front part of a line that was saved while the line was written, when another side has it whole', () => {
    expect(merge(noteLine(1) + noteLine(2).slice(0, 50), noteLine(1) + noteLine(2))).toBe(
      noteLine(1) + noteLine(2),
    )
    expect(merge(noteLine(1) + noteLine(2).slice(0, 50))).toBe(`${noteLine(1)}${noteLine(2).slice(0, 50)}\n`)
  })

  it('is empty for nothing', () => {
    expect(merge()).toBe('')
    expect(merge('', '')).toBe('')
  })

  const version = fc
    .array(
      fc.oneof(
        fc.integer({ min: 1, max: 12 }).map((seed) => noteLine(seed)),
        fc.constantFrom('=======\n', '\n', 'x\n'),
      ),
    )
    .map((lines) => lines.join(''))

  it('is idempotent, commutative in its events and associative', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(merge(merge(a, b))).toBe(merge(a, b))
        expect(merge(a, b)).toBe(merge(b, a))
        expect(merge(merge(a, b), c)).toBe(merge(a, merge(b, c)))
      }),
    )
  })

  it('never loses a line', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        const lines = merge(a, b).split('\n')
        for (const line of (a + b).split('\n')) if (line !== '=======') expect(lines).toContain(line)
      }),
    )
  })
})

describe('normalizeFile', () => {
  it.runIf(POSIX)('puts a file in order, keeps its mode and leaves nothing else', () => {
    const folder = tempFolder()
    const path = join(folder, 'day.jsonl')
    writeFileSync(path, `<<<<<<< HEAD\n${noteLine(2)}=======\n${noteLine(1)}${noteLine(2)}>>>>>>> x\n`)
    chmodSync(path, 0o664)
    expect(normalizeFile(folder, 'day.jsonl')).toMatchObject({ merged: 2, duplicates: 1 })
    expect(readFileSync(path, 'utf8')).toBe(noteLine(1) + noteLine(2))
    expect(statSync(path).mode & 0o600).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['day.jsonl'])
  })

  it('does not touch a file that is in order, or one that is gone', () => {
    const folder = tempFolder()
    const path = join(folder, 'day.jsonl')
    writeFileSync(path, noteLine(1) + noteLine(2))
    const before = statSync(path, { bigint: true })
    expect(normalizeFile(folder, 'day.jsonl')).toBeUndefined()
    expect(statSync(path, { bigint: true }).mtimeNs).toBe(before.mtimeNs)
    expect(normalizeFile(folder, 'other.jsonl')).toBeUndefined()
  })

  it('is needed for what git leaves, not for what only a person can mend', () => {
    const problem = { file: 'day.jsonl', line: 1, message: '' }
    expect(needsNormalizing([{ ...problem, kind: 'conflict_marker' }], 0)).toBe(true)
    expect(needsNormalizing([{ ...problem, kind: 'crlf' }], 0)).toBe(true)
    expect(needsNormalizing([{ ...problem, kind: 'glued' }], 0)).toBe(true)
    expect(needsNormalizing([], 1)).toBe(true)
    expect(needsNormalizing([{ ...problem, kind: 'not_json' }], 0)).toBe(false)
  })
})
