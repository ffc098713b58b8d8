import { h, Fragment, type ComponentChildren } from 'preact'
import type { PackagePage } from '../state/documents.js'

type Tokens = Extract<PackagePage['body'], { kind: 'markdown' }>['tokens']
type Token = Tokens[number]

/** What a body may become. Anything else the server sends is shown as its text. */
const ALLOWED = new Set(
  'p h1 h2 h3 h4 h5 h6 ul ol li blockquote pre code em strong s a hr br table thead tbody tr th td input'.split(
    ' ',
  ),
)
const SAFE_LINK = /^(https?:|mailto:|[^:]*$)/i

/** The package's file: elements made one by one, so that no text ever becomes markup. */
export function Markdown({
  body,
  file,
}: {
  body: PackagePage['body']
  file: string | null
}): h.JSX.Element | null {
  if (body === null) return null
  return (
    <section class="body">
      <h2>
        Description <small>{file}</small>
      </h2>
      {body.kind === 'text' ? <pre>{body.text}</pre> : elements(body.tokens)}
    </section>
  )
}

function elements(tokens: readonly Token[]): ComponentChildren {
  const headings = outline(tokens)
  return tokens.map((token) => element(token, headings))
}

function element(token: Token, headings: ReadonlyMap<Token, string>): ComponentChildren {
  if (typeof token === 'string') return token
  const children = token.children.map((child) => element(child, headings))
  const { tag, href } = token
  if (!ALLOWED.has(tag)) return <>{children}</>
  if (tag === 'input')
    return <input type="checkbox" disabled checked={token.children.length > 0} aria-label="Box" />
  if (tag !== 'a') return h(headings.get(token) ?? tag, null, children)
  if (href === undefined || !SAFE_LINK.test(href)) return <>{children}</>
  return (
    <a href={href} rel="noreferrer noopener" target="_blank">
      {children}
    </a>
  )
}

/** The body's headings below the sheet's own, each at most one level deeper than the one before, as screen readers need. */
function outline(tokens: readonly Token[]): ReadonlyMap<Token, string> {
  const shown = new Map<Token, string>()
  const open: number[] = []
  const walk = (token: Token): void => {
    if (typeof token === 'string') return
    const level = /^h([1-6])$/.exec(token.tag)?.[1]
    if (level !== undefined) {
      while ((open.at(-1) ?? 0) >= Number(level)) open.pop()
      open.push(Number(level))
      shown.set(token, `h${Math.min(6, open.length + 2)}`)
    }
    token.children.forEach(walk)
  }
  tokens.forEach(walk)
  return shown
}
