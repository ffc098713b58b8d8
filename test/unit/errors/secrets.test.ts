import { describe, expect, it } from 'vitest'
import {
  quoted,
  secretIn,
  secretInValue,
  withoutSecrets,
  withoutSecretsIn,
} from '../../../src/core/errors/secrets.js'

const A36 = 'aB3'.repeat(12)

// Put together here, so that a search for secrets finds none in this file.
const SECRETS: readonly (readonly [kind: string, text: string])[] = [
  ['a private key', ['-----BEGIN', 'RSA', 'PRIVATE', 'KEY-----'].join(' ')],
  ['a private key', ['-----BEGIN', 'PRIVATE', 'KEY-----'].join(' ')],
  ['an AWS access key', `AKIA${'ABCD1234'.repeat(2)}`],
  ['a GitHub token', `ghp_${A36}`],
  ['a GitHub token', `github_pat_${A36}${A36}`],
  ['a GitLab token', `glpat-${A36.slice(0, 20)}`],
  ['a GitLab token', `glrt-${A36.slice(0, 20)}`],
  ['a GitLab token', `gldt-${A36.slice(0, 20)}`],
  ['a Slack token', `xapp-1-${A36}`],
  ['a Hugging Face token', `hf_${A36.slice(0, 34)}`],
  ['a PyPI token', `pypi-${A36}`],
  ['a SendGrid key', `SG.${A36.slice(0, 22)}.${A36}`],
  ['a DigitalOcean token', `dop_v1_${'0a'.repeat(32)}`],
  ['a Docker token', `dckr_pat_${A36.slice(0, 27)}`],
  ['a private key', `AGE-SECRET-KEY-1${'QZ7'.repeat(19)}Q`],
  ['a Vault token', `hvs.${A36}`],
  ['a Stripe key', `whsec_${A36}`],
  ['a Google access token', `ya29.${A36}`],
  ['a Linear key', `lin_api_${A36}`],
  ['an Azure storage key', `AccountKey=${A36}${A36}==`],
  ['a chat webhook', `https://hooks.slack.com/services/T0/B0/${A36}`],
  ['a chat webhook', `https://discord.com/api/webhooks/1/${A36}`],
  ['a password in a URL', 'redis://:pw@cache.example.org'],
  ['a password in a URL', 'HTTPS://u:p@example.org'],
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
      const { reason } = withoutSecretsIn({ reason: [`use ${secret}`] })
      expect(reason[0]).toContain(`use [${kind}, removed]`)
    },
  )

  it.each([
    ['after an underscore', (token: string) => `my_${token}`],
    ['after a newline in JSON', (token: string) => JSON.stringify({ text: `here\n${token}` })],
    ['with a newline inside', (token: string) => `${token.slice(0, 12)}\n${token.slice(12)}`],
    [
      'with a newline inside, in JSON',
      (token: string) => JSON.stringify(`${token.slice(0, 12)}\n${token.slice(12)}`),
    ],
    ['with a zero-width character inside', (token: string) => `${token.slice(0, 9)}\u200b${token.slice(9)}`],
    ['with tag characters inside', (token: string) => `${token.slice(0, 9)}\u{e0041}${token.slice(9)}`],
  ])('are seen %s', (_, hide) => {
    const token = `ghp_${A36}`
    expect(secretIn(hide(token))).toBe('a GitHub token')
    expect(withoutSecrets(hide(token))).not.toContain(A36.slice(0, 12))
  })

  it('are not seen in the example that messages give', () => {
    expect(secretIn('Set it to postgres://USER:PASSWORD@HOST/DATABASE')).toBeUndefined()
    expect(secretIn('postgres://USER:PASSWORD1@HOST/DATABASE')).toBe('a password in a URL')
  })

  it('a key is taken out to its end, and where its end was cut off', () => {
    const key = [
      ['-----BEGIN', 'PRIVATE KEY-----'].join(' '),
      'MIIEv',
      ['-----END', 'PRIVATE KEY-----'].join(' '),
    ]
    expect(withoutSecrets(`a\n${key.join('\n')}\nb`)).toBe('a\n[a private key, removed]\nb')
    expect(withoutSecrets(`a\n${key.slice(0, 2).join('\n')}`)).toBe('a\n[a private key, removed]')
  })

  it.each(SECRETS)(
    '%s is found in a value wherever it stands, as in the text of that value: %s',
    (kind, text) => {
      const values = [
        text,
        [1, null, ['x', text]],
        { a: { b: [{ c: text }] } },
        { [text]: 1 },
        { plain: 'the first line', text: `the first line\n${text}` },
      ]
      for (const value of values) expect(secretInValue(value)).toBe(kind)
      expect(values.map((value) => secretIn(JSON.stringify(value)))).toEqual(values.map(() => kind))
      // What was harmless before is not remembered of a longer name.
      expect([secretInValue({ plain: 1, text: '' }), secretInValue({ [`plain ${text}`]: 1 })]).toEqual([
        undefined,
        kind,
      ])
    },
  )

  it('are not seen in other values', () => {
    const values = [null, undefined, 1, true, '', 'ab://c@', [], {}, { text: 'a plain note', list: ['x'] }]
    expect(values.map((value) => secretInValue(value))).toEqual(values.map(() => undefined))
  })

  it('are found after any number of names', () => {
    const many = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, at) => [`a name like any other ${at}`, at]),
    )
    expect(secretInValue(many)).toBeUndefined()
    expect(secretInValue({ ...many, [`ghp_${A36}`]: 1 })).toBe('a GitHub token')
  })

  it('are taken out before a text is cut', () => {
    expect(quoted(`sk-${A36}${A36}`, 40)).toBe('"[an OpenAI key, removed]"')
  })

  it('are searched for in linear time', () => {
    for (const part of ['eyJ', 'a:', 'ghp_', 'http://a', 'sk-ant-', 'SG.', '\\u200b', '\n'])
      expect(secretIn(`${part.repeat(50_000 / part.length)}!`) ?? 'none').toBeTypeOf('string')
  }, 5_000)

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
