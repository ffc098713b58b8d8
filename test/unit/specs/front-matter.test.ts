import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { readLane, setLane, splitFrontMatter } from '../../../src/core/specs/front-matter.js'
import { sharedSpecsDir, sharedWorkPackageFiles } from './shared-specs.js'

const specsDir = sharedSpecsDir()

function changed(text: string, lane: string): string {
  const change = setLane(Buffer.from(text), lane)
  if (!change.ok) throw new Error(change.problem)
  return change.bytes.toString('utf8')
}

function problemOf(text: string): string | undefined {
  const change = setLane(Buffer.from(text), 'doing')
  return change.ok ? undefined : change.problem
}

/** The lines in which two texts differ, line ends kept. */
function difference(before: string, after: string): { removed: string[]; added: string[] } {
  const a = before.split(/(?<=\n)/)
  const b = after.split(/(?<=\n)/)
  while (a.length > 0 && a[0] === b[0]) void (a.shift(), b.shift())
  while (a.length > 0 && a.at(-1) === b.at(-1)) void (a.pop(), b.pop())
  return { removed: a, added: b }
}

describe('where the front matter lies', () => {
  it.each([
    ['LF', '---\na: 1\n---\nbody', 'a: 1\n', 'body'],
    ['CRLF', '---\r\na: 1\r\n---\r\nbody', 'a: 1\r\n', 'body'],
    ['a byte-order mark', '\uFEFF---\na: 1\n---\nbody', 'a: 1\n', 'body'],
    ['spaces behind the dashes', '---  \na: 1\n---\t\nbody', 'a: 1\n', 'body'],
    ['dots that close it', '---\na: 1\n...\nbody', 'a: 1\n', 'body'],
    ['nothing after it', '---\na: 1\n---', 'a: 1\n', ''],
    ['nothing in it', '---\n---\nbody', '', 'body'],
    ['an indented rule in a block of text', '---\na: |\n  ---\n---\nbody', 'a: |\n  ---\n', 'body'],
  ])('is found with %s', (_name, text, yaml, body) => {
    const bytes = Buffer.from(text)
    const block = splitFrontMatter(bytes)
    if (block.kind !== 'found') throw new Error(block.kind)
    expect(bytes.toString('utf8', block.start, block.end)).toBe(yaml)
    expect(bytes.toString('utf8', block.bodyStart)).toBe(body)
  })

  it.each(['', '# Title\n', 'text\n---\na: 1\n---\n', '-----\n'])('is nowhere in %j', (text) => {
    expect(splitFrontMatter(Buffer.from(text)).kind).toBe('none')
  })

  it.each([
    ['unclosed', '---\na: 1\n', 'never closed'],
    ['a language of its own', '---js\nmodule.exports = 1\n---\n', '---js'],
    ['too long', `---\n${'a: 1\n'.repeat(20_000)}---\n`, '16 KiB'],
    ['closed with four dashes', '---\na: 1\n----\n---\n', 'three dashes'],
    ['UTF-16', '\u00ff', 'UTF-16'],
  ])('is broken when it is %s, and says so', (name, text, words) => {
    const bytes = name === 'UTF-16' ? Buffer.from([0xff, 0xfe, 0x2d, 0]) : Buffer.from(text)
    const block = splitFrontMatter(bytes)
    expect(block.kind === 'broken' && block.problem).toContain(words)
    expect(setLane(bytes, 'doing').ok).toBe(false)
    expect(readLane(bytes)).toBeUndefined()
  })
})

describe('the lane line', () => {
  it.each([
    ['plain', 'lane: planned', 'lane: doing'],
    ['in single quotes', "lane: 'planned'", "lane: 'doing'"],
    ['in double quotes', 'lane: "planned"', 'lane: "doing"'],
    ['with a comment', 'lane: planned  # who knows', 'lane: doing  # who knows'],
    ['with a quoted key', '"lane": planned', '"lane": doing'],
    ['with a single-quoted key and wide spacing', "'lane'   :   planned  ", "'lane'   :   doing  "],
    ['empty', 'lane:', 'lane: doing'],
    ['empty with a comment', 'lane:  # later', 'lane: doing  # later'],
    ['with a hash inside the word', 'lane: a#b', 'lane: doing'],
  ])('keeps its form when it is %s', (_name, before, after) => {
    for (const end of ['\n', '\r\n']) {
      const around = (line: string) => `---${end}work_package_id: WP01\n${line}${end}title: T${end}---\nbody`
      expect(changed(around(before), 'doing')).toBe(around(after))
    }
  })

  it.each([
    ['nested in a list', 'history:\n- lane: planned\n  agent: a\n'],
    ['nested deeper', 'history:\n  - at: 1\n    lane: planned\n'],
    ['in a block of text', 'notes: |\n  lane: planned\n\n  key: "open\n'],
    ['in a folded block with a tag', 'notes: !!str >-\n  key: [open\n'],
    ['in a quoted value', 'notes: "first\n  lane: planned\n  last"\n'],
    ['in a quoted value that breaks the indentation', 'notes: "first\nlane: planned\nlast"\n'],
    ['in a single-quoted value of a list', "history:\n- action: 'it''s\nlane: planned'\n"],
    ['in a bracketed list', "notes: [a, 'it''s]', # ]\n  lane: planned\n]\n"],
    ['in a quoted value on a line of its own', 'notes:\n  "first\nlane: planned"\n'],
    ['in a comment', '# lane: planned\n'],
    ['in a plain text of several lines', 'notes: he said\n  "lane\n'],
    ['in a key that only begins so', 'lane_order: planned\nmy lane: planned\n'],
  ])('is not mistaken for one %s', (_name, other) => {
    const before = `---\ntitle: T\n${other}---\nlane: planned\n`
    expect(readLane(Buffer.from(before))).toBeUndefined()
    expect(changed(before, 'doing')).toBe(`---\ntitle: T\nlane: doing\n${other}---\nlane: planned\n`)
    const present = `---\n${other}lane: planned\n---\n`
    expect(changed(present, 'doing')).toBe(`---\n${other}lane: doing\n---\n`)
  })

  it.each([
    [
      'under work_package_id',
      '---\r\ntitle: T\r\nwork_package_id: WP01\r\nx: 1\r\n---\r\n',
      '---\r\ntitle: T\r\nwork_package_id: WP01\r\nlane: doing\r\nx: 1\r\n---\r\n',
    ],
    [
      'under a title of several lines',
      '---\ntitle: a\n  long one\n\n# x\nx: 1\n---\n',
      '---\ntitle: a\n  long one\nlane: doing\n\n# x\nx: 1\n---\n',
    ],
    ['as the first key', '---\r\nx: 1\n---\n', '---\r\nlane: doing\r\nx: 1\n---\n'],
    ['into an empty block', '---\n---', '---\nlane: doing\n---'],
  ])('is added %s when there is none', (_name, before, after) => {
    expect(changed(before, 'doing')).toBe(after)
  })

  it('is quoted where YAML would read the plain word as something else', () => {
    expect(changed('---\nlane: planned\n---\n', 'no')).toBe("---\nlane: 'no'\n---\n")
  })

  it.each([
    ['no front matter', '# Title\n', 'no front matter'],
    ['the key twice', '---\nlane: a\nlane: b\n---\n', 'twice'],
    ['a list', '---\nlane: [a]\n---\n', 'single word'],
    ['an anchor', '---\nlane: &a planned\n---\n', 'single word'],
    ['a block', '---\nlane: |\n  planned\n---\n', 'single word'],
    ['a value that goes on', '---\nlane: planned\n  or not\n---\n', 'single word'],
    ['text behind the quote', '---\nlane: "a" b\n---\n', 'single word'],
    ['an unsettled merge', `---\n${'<'.repeat(7)} ours\ntitle: T\n---\n`, 'git left a conflict to settle'],
    [
      'an unsettled merge in a list',
      `---\nsubtasks:\n  - T001\n${'='.repeat(7)}\n  - T002\n---\n`,
      'git left a conflict to settle',
    ],
    [
      'the end of an unsettled merge',
      `---\ntitle: >-\n  T\n${'>'.repeat(7)} b1\nlane: planned\n---\n`,
      'git left a conflict to settle',
    ],
    ['keys that are indented', '---\n  title: T\n---\n', 'cannot be told apart'],
    ['a mapping in braces', '---\n{title: T}\n---\n', 'cannot be told apart'],
    ['a question-mark key', '---\n? lane\n: planned\n---\n', 'cannot be told apart'],
    ['a quote that is never closed', '---\ntitle: "T\n---\n', 'never closed'],
  ])('is left alone when there is %s', (_name, text, words) => {
    expect(problemOf(text)).toContain(words)
  })

  it('refuses a lane that would be more than a word', () => {
    const change = setLane(Buffer.from('---\nlane: a\n---\n'), 'doing\nx: 1')
    expect(change.ok).toBe(false)
  })
})

describe('laws', () => {
  const key = fc.constantFrom('a', 'b key', 'title', 'work_package_id', 'history', '"q"', 'lane_x')
  const word = fc.constantFrom(
    'x',
    "it's",
    'lane: y',
    '- z',
    '"',
    '#',
    'é',
    '[',
    'a: b',
    '',
    ' ',
    '\nlane: q',
    '| p',
  )
  const text = fc.array(word, { maxLength: 5 }).map((words) => words.join(' '))
  const value = fc.oneof(
    text,
    fc.array(text, { minLength: 1, maxLength: 3 }),
    fc.array(fc.record({ lane: text, note: text }), { minLength: 1, maxLength: 2 }),
    fc.integer(),
    fc.constant(null),
  )
  const style = fc.record({
    lineWidth: fc.constantFrom(20, 80),
    defaultStringType: fc.constantFrom(
      'PLAIN' as const,
      'QUOTE_DOUBLE' as const,
      'QUOTE_SINGLE' as const,
      'BLOCK_LITERAL' as const,
      'BLOCK_FOLDED' as const,
    ),
    indentSeq: fc.boolean(),
    collectionStyle: fc.constantFrom('any' as const, 'block' as const),
  })
  const laneLine = fc.constantFrom('lane: planned\n', `"lane" : 'planned' # who\n`, 'lane:\n', '')
  const pairs = fc.uniqueArray(fc.tuple(key, value, style), {
    selector: ([name]) => name,
    minLength: 1,
    maxLength: 5,
  })
  const document = fc.tuple(pairs, fc.nat(5), laneLine, fc.boolean()).map(([entries, place, lane, crlf]) => {
    const blocks = entries.map(([name, written, options]) =>
      stringify({ [name]: written }, { ...options, defaultKeyType: 'PLAIN' }),
    )
    blocks.splice(place, 0, lane)
    return `---\n${blocks.join('')}---\nlane: planned\n- [ ] T001\n`.replaceAll('\n', crlf ? '\r\n' : '\n')
  })

  it('a YAML parser reads the new lane and everything else as before, whatever the style', () => {
    fc.assert(
      fc.property(document, (before) => {
        const after = changed(before, 'doing')
        const yaml = (file: string) =>
          parse(/^---\r?\n([^]*?)^---\r?$/m.exec(file)?.[1] ?? '') as Record<string, unknown>
        expect(yaml(after)).toEqual({ ...yaml(before), lane: 'doing' })
        expect(readLane(Buffer.from(after))).toBe('doing')
        expect(changed(after, 'doing')).toBe(after)
        const { removed, added } = difference(before, after)
        expect(added).toHaveLength(1)
        expect(removed.length).toBeLessThanOrEqual(1)
      }),
      { numRuns: 400 },
    )
  })

  it('no bytes at all make it throw or change more than one line', () => {
    const piece = fc.constantFrom(
      '---',
      '\n',
      '\r\n',
      '\r',
      'lane',
      ':',
      ' ',
      '"',
      "'",
      '[',
      ']',
      '{',
      '#',
      '- ',
      '|',
      '>',
      '\t',
      'x',
      '\u00e9',
      '\uFEFF',
      '&a ',
      '!t ',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const before = `---\n${pieces.join('')}\n---\n`
        const change = setLane(Buffer.from(before), 'doing')
        if (!change.ok) return
        const { removed, added } = difference(before, change.bytes.toString('utf8'))
        expect(removed.length).toBeLessThanOrEqual(1)
        expect(added.length).toBeLessThanOrEqual(1)
        expect(readLane(change.bytes)).toBe('doing')
      }),
      { numRuns: 2000 },
    )
  })
})

describe.skipIf(specsDir === undefined)('real work packages', () => {
  const files = specsDir === undefined ? [] : sharedWorkPackageFiles(specsDir)

  it('are at least as many as expected', () => expect(files.length).toBeGreaterThan(80))

  it('change in the lane line alone, and not at all the second time', () => {
    for (const file of files) {
      const before = readFileSync(file)
      const first = setLane(before, 'for_review')
      if (!first.ok) throw new Error(`${file}: ${first.problem}`)
      const { removed, added } = difference(before.toString('latin1'), first.bytes.toString('latin1'))
      expect(removed.filter((line) => !line.startsWith('lane:'))).toEqual([])
      expect(added).toEqual(['lane: for_review\n'])

      const again = setLane(first.bytes, 'for_review')
      expect(again.ok && !again.changed && again.bytes.equals(first.bytes)).toBe(true)
      const second = setLane(first.bytes, 'done')
      if (!second.ok) throw new Error(second.problem)
      expect(difference(first.bytes.toString('latin1'), second.bytes.toString('latin1'))).toEqual({
        removed: added,
        added: ['lane: done\n'],
      })
    }
  })
})
