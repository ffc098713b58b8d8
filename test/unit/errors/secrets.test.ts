import { describe, expect, it } from 'vitest'
import { secretIn, withoutSecrets } from '../../../src/core/errors/secrets.js'

const A36 = 'aB3'.repeat(12)

// Put together here, so that no line of this file is taken for a secret by whoever searches it.
const SECRETS: readonly (readonly [kind: string, text: string])[] = [
  ['a private key', ['-----BEGIN', 'RSA', 'PRIVATE', 'KEY-----'].join(' ')],
  ['a private key', ['-----BEGIN', 'PRIVATE', 'KEY-----'].join(' ')],
  ['an AWS access key', `AKIA${'ABCD1234'.repeat(2)}`],
  ['a GitHub token', `ghp_${A36}`],
  ['a GitHub token', `github_pat_${A36}${A36}`],
  ['a GitLab token', `glpat-${A36.slice(0, 20)}`],
  ['a Slack token', `xoxb-${A36}`],
  ['a Google API key', `AIza${A36.slice(1)}`],
  ['an Anthropic key', `sk-ant-api03-${A36}`],
  ['an OpenAI key', `sk-proj-${A36}${A36}`],
  ['a Stripe key', `sk_live_${A36}`],
  ['an npm token', `npm_${A36}`],
  ['a JSON web token', `eyJ${A36}.eyJ${A36}.${A36}`],
  ['a password in a URL', 'postgres://admin:hunter22@db.example.org/main'],
]

describe('secrets', () => {
  it.each(SECRETS)(
    '%s is seen in the middle of a text, and taken out with the rest left as it was',
    (kind, secret) => {
      const text = JSON.stringify({ before: 'use', reason: `use ${secret} there`, after: 'there' })
      expect(secretIn(text)).toBe(kind)
      const cleaned = withoutSecrets(text)
      expect(secretIn(cleaned)).toBeUndefined()
      expect(JSON.parse(cleaned)).toMatchObject({ before: 'use', after: 'there' })
      expect((JSON.parse(cleaned) as { reason: string }).reason).toContain(`[${kind}, removed]`)
    },
  )

  it.each([
    '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    'the task-force-of-the-northern-hemisphere-and-of-the-southern-one',
    'see https://example.org:8080/a@b and ssh://git@example.org/repo.git',
    'https://example.org/?at=10:30@home',
    'sk-short and ghp_short and xoxb',
    '-----BEGIN CERTIFICATE-----',
    'd41d8cd98f00b204e9800998ecf8427ed41d8cd98f00b204e9800998ecf8427e',
    'AKIA in capitals, ASIA PACIFIC',
  ])('an ordinary text is none: %s', (text) => {
    expect(secretIn(text)).toBeUndefined()
    expect(withoutSecrets(text)).toBe(text)
  })
})
