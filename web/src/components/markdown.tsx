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
      {body.kind === 'text' ? <pre>{body.text}</pre> : body.tokens.map(element)}
    </section>
  )
}

function element(token: Token): ComponentChildren {
  if (typeof token === 'string') return token
  const children = token.children.map(element)
  const { tag, href } = token
  if (!ALLOWED.has(tag)) return <>{children}</>
  if (tag === 'input')
    return <input type="checkbox" disabled checked={token.children.length > 0} aria-label="Box" />
  if (tag !== 'a') return h(shown(tag), null, children)
  if (href === undefined || !SAFE_LINK.test(href)) return <>{children}</>
  return (
    <a href={href} rel="noreferrer noopener" target="_blank">
      {children}
    </a>
  )
}

/** The sheet's own headings stand above the body's. */
function shown(tag: string): string {
  return /^h\d$/.test(tag) ? `h${Math.min(6, Number(tag.charAt(1)) + 2)}` : tag
}
