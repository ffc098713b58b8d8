/**
 * Text that gives access to anyone who has it. Git carries a log to everyone and forgets nothing. We match only
 * self-identifying forms, so that ordinary text is never taken for a secret; a password that looks like any other word
 * is not found. Each form starts with fixed text or has a bounded length, so that no text is slow to search.
 */
import { beginning } from './beginning.js'
import { withoutInvisible } from './invisible.js'

/** Not `\b`: a token may follow an underscore. */
const START = '(?<![A-Za-z0-9])'
const PEM_KIND = '(?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----'

const FORMS: readonly (readonly [kind: string, form: RegExp])[] = (
  [
    // Up to its end, or the end of the text: a truncated key is still part of the key.
    ['a private key', `-----BEGIN ${PEM_KIND}(?:[^]*?-----END ${PEM_KIND}|[^]*)`],
    ['a private key', `${START}AGE-SECRET-KEY-1[A-Z0-9]{20,100}`],
    ['an AWS access key', `${START}(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])`],
    ['a GitHub token', `${START}(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{50,255})`],
    ['a GitLab token', `${START}gl(?:pat|dt|rt|cbt|ptt|ft|soat|imt|agent|oas|ffct)-[A-Za-z0-9_-]{20,255}`],
    ['a Slack token', `${START}(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,255}`],
    ['a Google API key', `${START}AIza[A-Za-z0-9_-]{35}`],
    ['a Google access token', `${START}ya29\\.[A-Za-z0-9_-]{20,400}`],
    ['an Anthropic key', `${START}sk-ant-[A-Za-z0-9_-]{20,255}`],
    ['an OpenAI key', `${START}sk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{40,255}`],
    ['a Stripe key', `${START}(?:[rs]k_live_[A-Za-z0-9]{16,255}|whsec_[A-Za-z0-9+/=]{16,255})`],
    ['an npm token', `${START}npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])`],
    ['a PyPI token', `${START}pypi-[A-Za-z0-9_-]{32,500}`],
    ['a Hugging Face token', `${START}hf_[A-Za-z0-9]{30,255}`],
    ['a SendGrid key', `${START}SG\\.[A-Za-z0-9_-]{16,64}\\.[A-Za-z0-9_-]{16,128}`],
    ['a DigitalOcean token', `${START}do[opr]_v1_[A-Za-z0-9]{32,128}`],
    ['a Docker token', `${START}dckr_[po]at_[A-Za-z0-9_-]{20,255}`],
    ['a Vault token', `${START}hv[sbr]\\.[A-Za-z0-9_-]{20,300}`],
    ['a Linear key', `${START}lin_(?:api|oauth)_[A-Za-z0-9]{20,255}`],
    ['an Azure storage key', `AccountKey=[A-Za-z0-9+/=]{40,255}`],
    [
      'a chat webhook',
      'https://(?:hooks\\.slack\\.com/(?:services|workflows)/|(?:canary\\.|ptb\\.)?discord(?:app)?\\.com/api/webhooks/|[a-z0-9-]{1,60}\\.webhook\\.office\\.com/|chat\\.googleapis\\.com/v1/spaces/)[\\w/@?=&.%-]{20,400}',
    ],
    ['a JSON web token', `${START}eyJ[A-Za-z0-9_-]{10,300}\\.eyJ[A-Za-z0-9_-]*\\.[A-Za-z0-9_-]*`],
    // USER:PASSWORD is what kitty's own messages say.
    [
      'a password in a URL',
      `${START}[A-Za-z][A-Za-z0-9+.-]{1,20}://(?!USER:PASSWORD@)[^\\s"/:@]{0,100}:[^\\s"/@]{1,200}@`,
    ],
  ] as const
).map(([kind, form]) => [kind, new RegExp(form, 'g')])

/** Most texts hold no secret, and one combined search is much faster than one search per form. */
const ANY_FORM = anyOf(FORMS)
/** A password in a URL can begin at every word, which takes most of that search: texts without a URL go without. */
const ANY_OUTSIDE_URLS = anyOf(FORMS.filter(([kind]) => kind !== 'a password in a URL'))

function anyOf(forms: typeof FORMS): RegExp {
  return new RegExp(forms.map(([, form]) => `(?:${form.source})`).join('|'))
}

function holdsSecret(text: string): boolean {
  return (text.includes('://') ? ANY_FORM : ANY_OUTSIDE_URLS).test(text)
}

/**
 * Returns what kind of secret the text holds, with its article; undefined when it finds none.
 * @param text plain text, or a line of JSON
 */
export function secretIn(text: string): string | undefined {
  if (!isDisguised(text) && !holdsSecret(text)) return undefined
  const view = viewsOf(text).find(holdsSecret)
  return view === undefined ? undefined : FORMS.find(([, form]) => view.search(form) >= 0)?.[0]
}

/** No form is shorter: `ab://:c@`. */
const SHORTEST = 8
/** Names that most objects of a log have. */
const harmlessKeys = new Set<string>()
const KEYS_AT_MOST = 1000
const NO_KEYS: ReadonlySet<string> = new Set()

/**
 * The same for the strings of a JSON value, and the names in it, in a fraction of the time that its text takes.
 * @param value nested no deeper than a line of the log can be
 * @param except keys of the value itself, passed over with what they hold
 */
export function secretInValue(value: unknown, except = NO_KEYS): string | undefined {
  if (typeof value === 'string') return value.length < SHORTEST ? undefined : secretIn(value)
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) return firstSecret(value)
  // Cast: any object may be read by key. One that JSON.parse made has no names from its prototype.
  const parent = value as Readonly<Record<string, unknown>>
  for (const key in parent) {
    if (except.has(key)) continue
    const found = secretInKey(key) ?? secretInValue(parent[key])
    if (found !== undefined) return found
  }
  return undefined
}

function firstSecret(values: readonly unknown[]): string | undefined {
  for (const value of values) {
    const found = secretInValue(value)
    if (found !== undefined) return found
  }
  return undefined
}

function secretInKey(key: string): string | undefined {
  if (harmlessKeys.has(key)) return undefined
  const found = secretInValue(key)
  if (found !== undefined) return found
  if (harmlessKeys.size === KEYS_AT_MOST) harmlessKeys.clear()
  harmlessKeys.add(key)
  return undefined
}

/** Replaces every secret found with its kind. Call this before truncating text: half a token matches no form. */
export function withoutSecrets(text: string): string {
  const cleaned = redacted(text)
  if (secretIn(cleaned) === undefined) return cleaned
  // Escapes, invisible characters or line breaks still hide a secret in the text, so return it without those too.
  return (
    viewsOf(cleaned)
      .map(redacted)
      .find((view) => secretIn(view) === undefined) ?? '[a secret, removed]'
  )
}

/** Does the same for every string in a JSON value; keys are kept. */
export function withoutSecretsIn<T>(value: T): T
export function withoutSecretsIn(value: unknown): unknown {
  if (typeof value === 'string') return withoutSecrets(value)
  if (Array.isArray(value)) return value.map((item: unknown) => withoutSecretsIn(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutSecretsIn(item)]))
}

/**
 * The beginning of a text, in quotes, for messages about what was typed or read.
 * @param limit characters
 */
export function quoted(text: string, limit: number): string {
  return JSON.stringify(beginning(withoutSecrets(text), limit))
}

function redacted(text: string): string {
  return FORMS.reduce((rest, [kind, form]) => rest.replace(form, `[${kind}, removed]`), text)
}

/** The text as it is; then with JSON escapes resolved and invisible characters removed; then the latter on one line. */
function viewsOf(text: string): string[] {
  if (!isDisguised(text)) return [text]
  const plain = withoutInvisible(text.includes('\\') ? unescaped(text) : text)
  return plain.includes('\n') || plain.includes('\r')
    ? [text, plain, plain.replaceAll(/[\r\n]+ */g, '')]
    : [text, plain]
}

/** Whether the text may hide a secret from the forms: behind an escape, an invisible character or a line break. */
function isDisguised(text: string): boolean {
  return /[^ -[\]-~]/.test(text)
}

/** Resolves JSON escapes; in other text, resolving what looks like an escape does no harm. */
function unescaped(text: string): string {
  return text.replaceAll(
    /\\(?:u([0-9a-fA-F]{4})|(.))/g,
    (_, code: string | undefined, char: string | undefined) =>
      code === undefined ? (SHORT[char ?? ''] ?? char ?? '') : String.fromCharCode(Number.parseInt(code, 16)),
  )
}

const SHORT: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: ' ', f: ' ' }
