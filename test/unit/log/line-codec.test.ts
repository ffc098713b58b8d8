import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogLine } from '../../../src/core/log/event-log.js'
import { LineReader, MAX_LINE_BYTES } from '../../../src/core/log/format/line-codec.js'
import { noteFields, noteLine, ulid } from '../../support/events.js'

const BOM = '\ufeff'

function read(content: string | Buffer): LogLine[] {
  const lines: LogLine[] = []
  new LineReader('day.jsonl', 0, 0).read(Buffer.from(content), lines)
  return lines
}

function kinds(content: string | Buffer): (string | undefined)[] {
  return read(content).map((line) => line.problem?.kind)
}

describe('a line', () => {
  it('is an event with its place', () => {
    const [first, second] = read(noteLine(1) + noteLine(2))
    expect(first).toMatchObject({
      file: 'day.jsonl',
      line: 1,
      offset: 0,
      length: noteLine(1).length,
      known: true,
    })
    expect(second).toMatchObject({ line: 2, offset: noteLine(1).length, event: { event_id: ulid(2) } })
    expect(first).not.toHaveProperty('problem')
  })

  it('without text is passed over and counted', () => {
    const lines = read(`\n\r\n${noteLine(1)}`)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({ line: 3, offset: 3 })
  })

  it('has its offset in bytes, whatever its characters', () => {
    const text = 'é 猫 🐈 \u2028'
    const line = noteLine(1, { payload: { feature_slug: '001-login', text } })
    const lines = read(line + noteLine(2))
    expect(lines[0]).toMatchObject({ event: { payload: { text } }, length: Buffer.byteLength(line) })
    expect(lines[1]).toMatchObject({ offset: Buffer.byteLength(line), event: { event_id: ulid(2) } })
  })

  it.each([
    ['', '\n'],
    ['with Windows line ends', '\r\n'],
  ])('that several events have been glued into is read as those events %s', (_, lineEnd) => {
    const [one, two] = [noteLine(1, { actor: 'a}{b"' }).trimEnd(), noteLine(2).trimEnd()]
    const lines = read(one + two + lineEnd + noteLine(3))
    expect(lines.map((line) => line.event?.event_id)).toEqual([ulid(1), ulid(2), ulid(3)])
    expect(lines.map((line) => line.line)).toEqual([1, 1, 2])
    expect(lines.map((line) => line.problem?.kind)).toEqual(['glued', undefined, undefined])
    const length = one.length + two.length + lineEnd.length
    expect(lines.map((line) => line.offset)).toEqual([0, one.length, length])
    expect(lines[1]?.length).toBe(length - one.length)
  })

  it('of objects that are not all events is no event', () => {
    expect(kinds(`${noteLine(1).trimEnd()}{}\n{}{}\n}{\n{"a":"}{\n`)).toEqual(Array(4).fill('not_json'))
  })

  it('of an unknown type is kept as unknown', () => {
    const line = JSON.stringify(noteFields(1, { event_type: 'Elsewhere' })) + '\n'
    expect(read(line)[0]).toMatchObject({ known: false, event: { event_type: 'Elsewhere' } })
  })

  it.each([
    ['not_json', 'nonsense\n'],
    ['not_json', '{"a":\n'],
    ['not_an_object', '[1]\n'],
    ['not_an_object', '7\n'],
    ['bad_envelope', '{"a":1}\n'],
    ['invalid_utf8', Buffer.from([0x7b, 0xff, 0x7d, 0x0a])],
    ['nul', '\0\0\0\0\n'],
    ['lone_cr', '{"a":1,\r"b":2}\n'],
    ['stray_bom', `\n${BOM}{"a":1}\n`],
    ['line_too_long', `{"${'x'.repeat(MAX_LINE_BYTES)}":1}\n`],
    ['line_too_long', `${'x'.repeat(MAX_LINE_BYTES)}\n`],
    ['too_deep', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}\n`],
    ['not_json', `${'['.repeat(200_000)}\n`],
    ['conflict_marker', '<<<<<<< HEAD\n'],
    ['conflict_marker', '||||||| 1234abc\n'],
    ['conflict_marker', '=======\n'],
    ['conflict_marker', '>>>>>>> Stashed changes\r\n'],
    ['conflict_marker', '<<<<<<<<< nested\n'],
    ['not_json', '<<<<<<<HEAD\n'],
  ])('that is broken is reported as %s and hides no other', (kind, broken) => {
    const lines = read(Buffer.concat([Buffer.from(broken), Buffer.from(noteLine(1))]))
    expect(lines.map((line) => line.problem?.kind)).toEqual([kind, undefined])
    expect(lines[0]?.event).toBeUndefined()
    expect(lines[1]?.event?.event_id).toBe(ulid(1))
  })

  it.each([
    ['at the top', '{"actor":"eve",', '{'],
    ['inside the payload', '"payload":{"text":"other",', '"payload":{'],
    ['with space before its colon', '{"actor" : "eve",', '{'],
    ['written with an escape', '{"\\u0061ctor":"eve",', '{'],
    ['that is the time', '{"timestamp":"2026-11-22T10:00:00.000Z",', '{'],
    ['whose first value has colons', '{"actor":"a:b:c",', '{'],
    ['that has a colon itself', '"payload":{"a:b":1,"a:b":2,', '"payload":{'],
  ])('with a key twice %s is reported', (_, twice, once) => {
    expect(kinds(noteLine(1).replace(once, twice))).toEqual(['duplicate_key'])
  })

  it('with as many keys twice as its time has colons written with escapes is reported', () => {
    const escaped = noteLine(1).replace(/T(\d\d):(\d\d):/, 'T$1\\u003a$2\\u003a')
    expect(kinds(escaped)).toEqual([undefined])
    expect(kinds(escaped.replace('{', '{"actor":"eve","entity_id":"WP09",'))).toEqual(['duplicate_key'])
  })

  it('is read by itself, whatever letters the lines next to it have', () => {
    const texts = ['plain', 'tomás', '— 猫 🐈', '', 'plain again']
    const lines = texts.map((text, at) => noteLine(at + 1, { payload: { feature_slug: '001-login', text } }))
    const found = read(lines.join(''))
    expect(found.map((line) => line.event?.payload)).toMatchObject(texts.map((text) => ({ text })))
    expect(found.map((line) => line.length)).toEqual(lines.map((line) => Buffer.byteLength(line)))
    expect(found.at(-1)?.offset).toBe(Buffer.byteLength(lines.slice(0, -1).join('')))
  })

  it('may hold anything that looks like a key inside its strings', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('"', ':', '\\', '{', ',', 'a', '\n', 'é') }), (text) => {
        const [line] = read(noteLine(1, { payload: { feature_slug: '001-login', text } }))
        expect(line).toMatchObject({ event: { payload: { text } } })
        expect(line).not.toHaveProperty('problem')
      }),
    )
  })

  it('leaves Object.prototype alone', () => {
    read('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}\n')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

describe('a file', () => {
  it('that starts with a byte order mark is read without it and reported once', () => {
    const lines = read(BOM + noteLine(1) + noteLine(2))
    expect(lines.map((line) => line.problem?.kind)).toEqual(['bom', undefined])
    expect(lines.map((line) => line.event?.event_id)).toEqual([ulid(1), ulid(2)])
    expect(lines[0]).toMatchObject({ offset: 0, length: noteLine(1).length + 3 })
  })

  it('with Windows line ends is read and reported once', () => {
    const content = (noteLine(1) + noteLine(2) + noteLine(3)).replaceAll('\n', '\r\n')
    const lines = read(content)
    expect(lines.map((line) => line.problem?.kind)).toEqual(['crlf', undefined, undefined])
    expect(lines.map((line) => line.event?.event_id)).toEqual([ulid(1), ulid(2), ulid(3)])
    expect(lines[1]?.offset).toBe(noteLine(1).length + 1)
  })

  it('of any bytes is read whole: every line with text is an event or a problem', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        noteLine(1),
        noteLine(2).replace('\n', '\r\n'),
        '\n',
        BOM,
        '{',
        '=======\n',
        '\r',
        '\0',
      ),
      fc.string(),
    )
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            piece.map((text) => Buffer.from(text)),
            fc.uint8Array(),
          ),
        ),
        (pieces) => {
          const content = Buffer.concat([...pieces, Buffer.from('\n')])
          const lines: LogLine[] = []
          const count = new LineReader('day.jsonl', 0, 0).read(content, lines)
          expect(count).toBe(content.filter((byte) => byte === 0x0a).length)
          for (const line of lines) {
            expect(line.event ?? line.problem).toBeDefined()
            expect(content[line.offset + line.length - 1]).toBe(0x0a)
            if (line.problem) expect(line.problem.line).toBe(line.line)
          }
        },
      ),
    )
  })
})

describe('what is wrong with a line', () => {
  const problemsOf = (content: string | Buffer): (string | undefined)[] => {
    const lines: LogLine[] = []
    new LineReader('2026-11-22.jsonl', 0, 0).read(Buffer.from(content), lines)
    expect(lines.every(({ event, known }) => event !== undefined || !known)).toBe(true)
    return lines.map(({ problem }) => problem && `${problem.line} ${problem.kind}: ${problem.message}`)
  }
  const deep = (levels: number): string => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`

  it.each<[string | Buffer, string]>([
    ['x\n', '1 not_json: not a JSON object'],
    ['<<<<<<< ours\n', "1 conflict_marker: one of git's conflict markers"],
    ['\n\0\0\n', '2 nul: NUL bytes, as a power cut leaves them'],
    [`\n\uFEFF${noteLine(1)}`, '2 stray_bom: a byte order mark inside the file'],
    [`\uFEFF${noteLine(1)}`, '1 bom: starts with a byte order mark; read without it'],
    [`${noteLine(1).trimEnd()}\r\n`, '1 crlf: Windows line ends from here on; read without them'],
    ['{"a":1}\r{}\n', '1 lone_cr: a carriage return inside the line'],
    [Buffer.from([0x7b, 0xff, 0x7d, 0x0a]), '1 invalid_utf8: not valid UTF-8'],
    [
      '{"a":1,"a":2}\n',
      '1 duplicate_key: a key appears twice in one object: readers would disagree on its value',
    ],
    [`${deep(100)}\n`, '1 too_deep: nested more than 100 levels deep'],
    [`"${'x'.repeat(MAX_LINE_BYTES)}"\n`, `1 line_too_long: line too long: ${MAX_LINE_BYTES + 3} bytes`],
    [noteLine(1).trimEnd() + noteLine(2), '1 glued: 2 events in one line: read one by one'],
  ])('is said with its kind: %j', (content, problem) => {
    expect(problemsOf(content)[0]).toBe(problem)
  })

  it('is nothing for the longest and the deepest line that may be, but what it holds', () => {
    expect(problemsOf(`${deep(99)}\n`)[0]).not.toContain('too_deep')
    const longest = `{"a":"${'x'.repeat(MAX_LINE_BYTES - 9)}"}\n`
    expect(longest).toHaveLength(MAX_LINE_BYTES)
    expect(problemsOf(longest)[0]).not.toContain('line_too_long')
  })

  it.each(['null\n', '7\n', '"x"\n', '[]\n'])('is that it holds no event: %j', (content) => {
    expect(problemsOf(content)).toHaveLength(1)
    expect(problemsOf(content)[0]).toMatch(/^1 \w+: /)
  })

  it('is found in keys behind escapes, colons in strings and lists of objects', () => {
    const within = (payload: string): string => noteLine(1).replace(/"payload":\{/, `"payload":{${payload},`)
    expect(problemsOf(within('"a":[{"b":1,"b":2}]'))[0]).toContain('duplicate_key')
    expect(problemsOf(within('"a":"x:y","a":"z"'))[0]).toContain('duplicate_key')
    expect(problemsOf(within('"a":"\\\\\\"x:y","b":[{"c":1},{"c":2}]'))[0]).toBeUndefined()
    expect(problemsOf(within('"a":"x: y: z","b":[[],[1,null],{}]'))[0]).toBeUndefined()
  })
})
