import MarkdownIt from 'markdown-it'
import { BODY_TAGS, type Body, type BodyTag, type BodyToken } from './documents.js'

/** A larger body is shown unparsed. */
const MAX_BYTES = 256 * 1024
/** Limit on nested elements: a hostile body nests thousands. */
const MAX_DEPTH = 40
const MAX_TOKENS = 20_000

const parser = new MarkdownIt({ html: false, linkify: false, maxNesting: MAX_DEPTH })
/** Images become links too, so that nothing loads without a click. */
const SAFE_LINK = /^(?:https?:|mailto:)/i
const TAGS: ReadonlySet<string> = new Set(BODY_TAGS)

type Token = ReturnType<typeof parser.parse>[number]

/** Parses the Markdown below a file's front matter into elements that the page creates one by one. Never throws. */
export function markdownBody(text: string): Body {
  if (Buffer.byteLength(text) > MAX_BYTES) return { kind: 'text', text }
  const budget = { left: MAX_TOKENS }
  return { kind: 'markdown', tokens: nested(parser.parse(text, {}), budget) }
}

interface Open {
  readonly token: Token | undefined
  readonly children: BodyToken[]
}

/** Turns markdown-it's flat list of opening and closing tokens into a tree. */
function nested(tokens: readonly Token[], budget: { left: number }): BodyToken[] {
  const stack: Open[] = [{ token: undefined, children: [] }]
  const put = (child: BodyToken): void => {
    if (budget.left-- > 0) stack.at(-1)?.children.push(child)
  }
  for (const token of tokens) {
    if (token.nesting === 1) stack.push({ token, children: [] })
    else if (token.nesting === -1) {
      const open = stack.length > 1 ? stack.pop() : undefined
      // markdown-it emits the paragraphs of a tight list but marks them hidden.
      if (open?.token?.hidden === true) for (const child of open.children) put(child)
      else if (open?.token !== undefined) put(element(open.token.tag, open.children, open.token))
    } else for (const child of single(token, budget)) put(child)
  }
  return stack[0]?.children ?? []
}

function single(token: Token, budget: { left: number }): BodyToken[] {
  switch (token.type) {
    case 'inline':
      return withBox(nested(token.children ?? [], budget))
    case 'text':
      return [token.content]
    case 'softbreak':
      return ['\n']
    case 'code_inline':
      return [element('code', [token.content])]
    case 'fence':
    case 'code_block':
      return [element('pre', [element('code', [token.content])])]
    case 'image':
      return [element('a', [token.content === '' ? 'image' : token.content], token, 'src')]
    default:
      return TAGS.has(token.tag) ? [element(token.tag, [])] : token.content === '' ? [] : [token.content]
  }
}

/** Turns `[x] T001 …` into a checkbox element. A child marks it as checked. */
function withBox(children: BodyToken[]): BodyToken[] {
  const [first, ...others] = children
  const [, mark, rest = ''] = (typeof first === 'string' ? /^\[([ xX])\] (.*)$/s.exec(first) : null) ?? []
  if (mark === undefined) return children
  return [element('input', mark === ' ' ? [] : ['x']), ` ${rest}`, ...others]
}

function element(tag: string, children: BodyToken[], token?: Token, link = 'href'): BodyToken {
  // Keep the content of an element that the page may not create, in a paragraph.
  if (!TAGS.has(tag)) return { tag: 'p', children }
  const href = tag === 'a' ? String(token?.attrGet(link) ?? '') : ''
  const isSafe = SAFE_LINK.test(href) || (href !== '' && !/^[^/?#]*:/.test(href))
  return { tag: tag as BodyTag, ...(isSafe && { href }), children } // TAGS holds no other tags.
}
