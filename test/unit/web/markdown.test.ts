import { describe, expect, it } from 'vitest'
import { BODY_TAGS, type BodyToken } from '../../../src/core/web/documents.js'
import { markdownBody } from '../../../src/core/web/markdown.js'

function tokensOf(text: string): readonly BodyToken[] {
  const body = markdownBody(text)
  if (body?.kind !== 'markdown') throw new Error('not parsed')
  return body.tokens
}

function* elements(tokens: readonly BodyToken[]): Generator<Exclude<BodyToken, string>> {
  for (const token of tokens) {
    if (typeof token === 'string') continue
    yield token
    yield* elements(token.children)
  }
}

function textOf(tokens: readonly BodyToken[]): string {
  return tokens.map((token) => (typeof token === 'string' ? token : textOf(token.children))).join('')
}

describe('a body as tokens', () => {
  it('holds headings, lists, boxes, code and tables', () => {
    const tags = [
      ...elements(
        tokensOf('# A\n\n- [x] T001 done\n- [ ] T002\n\n`c` **b**\n\n```\nd\n```\n\n|a|\n|-|\n|1|\n'),
      ),
    ].map(({ tag }) => tag)
    expect(tags).toEqual(
      expect.arrayContaining(['h1', 'ul', 'li', 'input', 'code', 'strong', 'pre', 'table', 'th', 'td']),
    )
  })

  it('ticks a box whose brackets hold an x', () => {
    const boxes = [...elements(tokensOf('- [x] T001\n- [ ] T002\n'))].filter(({ tag }) => tag === 'input')
    expect(boxes.map(({ children }) => children.length > 0)).toEqual([true, false])
  })

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<a href="javascript:alert(1)">x</a>',
    '<!-- x -->',
  ])('keeps %s as text', (html) => {
    expect(textOf(tokensOf(html))).toContain(html)
    expect([...elements(tokensOf(html))].every(({ tag }) => tag === 'p')).toBe(true)
  })

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    '  javascript:alert(1)',
    '&#106;avascript:x',
    'file:///etc/passwd',
  ])('gives a link to %s no address', (target) => {
    for (const { href } of elements(tokensOf(`[x](${target}) ![y](${target}) <${target}>`)))
      expect(href).toBeUndefined()
  })

  it.each([
    'https://a.example/b',
    'http://a.example',
    'mailto:a@b.example',
    'docs/page.md',
    '../up.md',
    '#part',
  ])('keeps the address of a link to %s, and makes an image one', (target) => {
    const links = [...elements(tokensOf(`[x](${target}) ![y](${target})`))].filter(({ tag }) => tag === 'a')
    expect(links.map(({ href }) => href)).toEqual([target, target])
  })

  it('does not make links of what only looks like one', () => {
    expect([...elements(tokensOf('see https://a.example'))].some(({ tag }) => tag === 'a')).toBe(false)
  })

  it('gives a body over 256 KiB as it is', () => {
    const text = 'a'.repeat(256 * 1024 + 1)
    expect(markdownBody(text)).toEqual({ kind: 'text', text })
  })

  /** Time by the square of these lengths is longer, and time by the length far shorter. */
  const SQUARE_MS = 20_000
  const NEST = Array.from({ length: 2_000 }, (_, depth) => `${' '.repeat(depth % 200)}- x`).join('\n')
  it.each([
    ['240 KB of a_b_', 'a_b_'.repeat(60_000)],
    ['40,000 >', '>'.repeat(40_000)],
    ['40,000 > in lines', '> '.repeat(20_000) + 'x'],
    ['nested lists', NEST],
    ['240 KB of [', '['.repeat(240_000)],
    ['240 KB of ![](', '![]('.repeat(60_000)],
    ['240 KB of `', '`'.repeat(240_000)],
    ['240 KB of ` apart', Array.from({ length: 600 }, (_, n) => '`'.repeat(n)).join(' ')],
    ['240 KB of *a ', '*a '.repeat(80_000)],
    ['240 KB of ~', '~~a'.repeat(80_000)],
    ['240 KB of <', '<a href="'.repeat(26_400)],
    ['240 KB of |', `|${'a|'.repeat(60_000)}\n|${'-|'.repeat(60_000)}`],
    ['240 KB of line breaks', '\n'.repeat(240_000)],
    ['240 KB of backslashes', '\\'.repeat(240_000)],
    ['240 KB of NUL', '\0'.repeat(240_000)],
    ['240 KB of entities', '&amp;'.repeat(48_000)],
    ['lone surrogates', '\ud800'.repeat(80_000)],
  ])(
    'takes no time by the square of its length for %s, and makes allowed elements only',
    (_, text) => {
      for (const { tag } of elements(tokensOf(text))) expect(BODY_TAGS).toContain(tag)
    },
    SQUARE_MS,
  )
})
