/**
 * Texts that open something to anyone who has them: git carries a log to everyone and forgets nothing. Only forms that
 * say by themselves what they are, so that no ordinary text is taken for one; a password that looks like any other
 * word is not found. Each begins with fixed text or is bounded, so that no text is slow to search.
 */
import { withoutInvisible } from './invisible.js'

/** Not `\b`: a token may come after an underscore. */
const START = '(?<![A-Za-z0-9])'
const PEM_KIND = '(?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----'

const FORMS: readonly (readonly [kind: string, form: RegExp])[] = (
  [
    // To its end, or to the end of the text: what is cut off is a part of the key all the same.
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
    ['a password in a URL', `${START}[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\\s"/:@]{0,100}:[^\\s"/@]{1,200}@`],
  ] as const
).map(([kind, form]) => [kind, new RegExp(form, 'g')])

/** Texts rarely hold one, and searching for each by itself takes four times as long. */
const ANY_FORM = new RegExp(FORMS.map(([, form]) => `(?:${form.source})`).join('|'))

/**
 * What kind of secret the text holds, with its article; undefined when none is seen.
 * @param text plain, or a line of JSON
 */
export function secretIn(text: string): string | undefined {
  const view = viewsOf(text).find((one) => ANY_FORM.test(one))
  return view === undefined ? undefined : FORMS.find(([, form]) => view.search(form) >= 0)?.[0]
}

/** The text with every secret that is seen replaced by its kind. Goes before any cut: half a token matches no form. */
export function withoutSecrets(text: string): string {
  const cleaned = redacted(text)
  if (secretIn(cleaned) === undefined) return cleaned
  // One is there once what breaks it up is gone, so that goes too.
  return (
    viewsOf(cleaned)
      .map(redacted)
      .find((view) => secretIn(view) === undefined) ?? '[a secret, removed]'
  )
}

/** The same for every text in a value of JSON's kinds; its keys stay. */
export function withoutSecretsIn<T>(value: T): T
export function withoutSecretsIn(value: unknown): unknown {
  if (typeof value === 'string') return withoutSecrets(value)
  if (Array.isArray(value)) return value.map((item: unknown) => withoutSecretsIn(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutSecretsIn(item)]))
}

/** The beginning of a text, in quotes, for messages about what was typed or read. @param limit characters */
export function quoted(text: string, limit: number): string {
  return JSON.stringify(withoutSecrets(text).slice(0, limit))
}

function redacted(text: string): string {
  return FORMS.reduce((rest, [kind, form]) => rest.replace(form, `[${kind}, removed]`), text)
}

/** The text as it is, as JSON has it without escapes and without invisible characters, and that on one line. */
function viewsOf(text: string): string[] {
  if (!/[^ -[\]-~]/.test(text)) return [text]
  const plain = withoutInvisible(text.includes('\\') ? unescaped(text) : text)
  return plain.includes('\n') || plain.includes('\r')
    ? [text, plain, plain.replaceAll(/[\r\n]+ */g, '')]
    : [text, plain]
}

/** JSON's escapes resolved; in other text what looks like one does no harm. */
function unescaped(text: string): string {
  return text.replaceAll(
    /\\(?:u([0-9a-fA-F]{4})|(.))/g,
    (_, code: string | undefined, char: string | undefined) =>
      code === undefined ? (SHORT[char ?? ''] ?? char ?? '') : String.fromCharCode(Number.parseInt(code, 16)),
  )
}

const SHORT: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: ' ', f: ' ' }
