/**
 * Texts that open something to whoever has them: git carries a log to everyone and forgets nothing. Only forms that
 * say by themselves what they are, so that no ordinary text is taken for one; a password that looks like any other
 * word is not found. Each begins with fixed text or is bounded, so that no line is slow to search.
 */
const FORMS: readonly (readonly [kind: string, form: RegExp])[] = [
  ['a private key', /-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----/g],
  ['an AWS access key', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g],
  ['a GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{50,255})/g],
  ['a GitLab token', /\bglpat-[A-Za-z0-9_-]{20,255}/g],
  ['a Slack token', /\bxox[abeoprs]-[A-Za-z0-9-]{10,255}/g],
  ['a Google API key', /\bAIza[A-Za-z0-9_-]{35}/g],
  ['an Anthropic key', /\bsk-ant-[A-Za-z0-9_-]{20,255}/g],
  ['an OpenAI key', /\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{40,255}/g],
  ['a Stripe key', /\b[rs]k_live_[A-Za-z0-9]{16,255}/g],
  ['an npm token', /\bnpm_[A-Za-z0-9]{36}\b/g],
  ['a JSON web token', /\beyJ[A-Za-z0-9_-]{10,300}\.eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*/g],
  ['a password in a URL', /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"/:@]{1,100}:[^\s"/@]{3,200}@/g],
]

/** Hardly a text holds one, and to search for each by itself takes four times as long. */
const ANY_FORM = new RegExp(FORMS.map(([, form]) => `(?:${form.source})`).join('|'))

/** What kind of secret the text holds, with its article; undefined when none is seen. */
export function secretIn(text: string): string | undefined {
  if (!ANY_FORM.test(text)) return undefined
  return FORMS.find(([, form]) => text.search(form) >= 0)?.[0]
}

/** The text with every secret that is seen replaced by its kind; valid JSON stays valid. */
export function withoutSecrets(text: string): string {
  return FORMS.reduce((rest, [kind, form]) => rest.replace(form, `[${kind}, removed]`), text)
}
