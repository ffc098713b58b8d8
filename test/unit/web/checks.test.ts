import { describe, expect, it } from 'vitest'
import { type Asking, denial, MAX_BODY_BYTES, type Policy } from '../../../src/core/web/checks.js'
import { newToken } from '../../../src/core/web/proof.js'

const TOKEN = newToken()
const POLICY: Policy = {
  hosts: ['127.0.0.1:7777', 'localhost:7777'],
  scheme: 'http',
  token: TOKEN,
  readOnly: false,
}
/** What our own page asks. */
const PAGE: Asking = {
  method: 'GET',
  host: '127.0.0.1:7777',
  origin: undefined,
  fetchMetadata: { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' },
  authorization: `Bearer ${TOKEN}`,
  contentLength: undefined,
}
/** What curl asks. */
const PROGRAM: Asking = { ...PAGE, fetchMetadata: {} }

const data = (changes: Partial<Asking>, policy: Partial<Policy> = {}): number | undefined =>
  denial('data', { ...PAGE, ...changes }, { ...POLICY, ...policy })?.status
const shell = (changes: Partial<Asking>, policy: Partial<Policy> = {}): number | undefined =>
  denial('shell', { ...PAGE, authorization: undefined, ...changes }, { ...POLICY, ...policy })?.status

describe('who may ask', () => {
  it('lets our page and programs with the token pass', () => {
    expect(data({})).toBeUndefined()
    expect(data(PROGRAM)).toBeUndefined()
    expect(data({ host: 'localhost:7777', origin: 'http://localhost:7777', method: 'POST' })).toBeUndefined()
  })

  it.each(['evil.example', 'evil.example:7777', '127.0.0.1', '127.0.0.1:7778', undefined])(
    'answers 421 to the Host %s, on every route',
    (host) => {
      expect(data({ host })).toBe(421)
      expect(shell({ host })).toBe(421)
    },
  )

  it.each(['http://evil.example', 'https://127.0.0.1:7777', 'http://localhost:7777', 'null', ''])(
    'answers 403 to the Origin %j with another Host',
    (origin) => expect(data({ origin })).toBe(403),
  )

  it.each(['cross-site', 'same-site', 'none'])('answers 403 to a request that says it is %s', (site) =>
    expect(data({ fetchMetadata: { 'sec-fetch-site': site } })).toBe(403),
  )

  it('answers 403 to a browser that does not say which site asks, and to an Origin without it', () => {
    expect(data({ fetchMetadata: { 'sec-fetch-mode': 'cors' } })).toBe(403)
    expect(data({ fetchMetadata: {}, origin: 'http://127.0.0.1:7777' })).toBe(403)
  })

  it('opens the shell for a link from anywhere', () => {
    expect(shell({ fetchMetadata: { 'sec-fetch-site': 'cross-site' }, origin: 'null' })).toBeUndefined()
  })

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Basic abc',
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(1)}`,
    TOKEN,
  ])('answers 401 to the authorization %j', (authorization) => expect(data({ authorization })).toBe(401))

  it('answers 413 to a body that is too long, and 403 to a write where only reading is allowed', () => {
    expect(data({ method: 'POST', contentLength: MAX_BODY_BYTES })).toBeUndefined()
    expect(data({ method: 'POST', contentLength: MAX_BODY_BYTES + 1 })).toBe(413)
    expect(shell({ contentLength: 100_000_000 })).toBe(413)
    expect(data({ method: 'POST' }, { readOnly: true })).toBe(403)
    expect(data({}, { readOnly: true })).toBeUndefined()
  })

  it('asks in order: Host, Origin, site, token, length', () => {
    const wrong = {
      host: 'evil.example',
      origin: 'http://evil.example',
      fetchMetadata: { 'sec-fetch-site': 'cross-site' },
      authorization: 'Bearer x',
      contentLength: 2 * MAX_BODY_BYTES,
    }
    expect(data(wrong)).toBe(421)
    expect(data({ ...wrong, host: PAGE.host })).toBe(403)
    expect(data({ ...wrong, host: PAGE.host, origin: undefined })).toBe(403)
    expect(data({ ...PAGE, authorization: 'Bearer x', contentLength: 2 * MAX_BODY_BYTES })).toBe(401)
  })

  it('behind a proxy takes its name for Host and Origin, and no other', () => {
    const proxy: Partial<Policy> = { hosts: ['board.example'], scheme: 'https' }
    expect(data({ host: 'board.example', origin: 'https://board.example' }, proxy)).toBeUndefined()
    expect(data({ host: 'board.example', origin: 'http://board.example' }, proxy)).toBe(403)
    expect(data({ host: '127.0.0.1:7777' }, proxy)).toBe(421)
  })
})
