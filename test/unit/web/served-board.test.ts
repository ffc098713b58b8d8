import { createServer, type IncomingHttpHeaders, request as httpRequest } from 'node:http'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createContainer } from '../../../src/core/di/container.js'
import { MoveTask } from '../../../src/core/services/moves/move-task.js'

import { type BoardOptions, type ServedBoard, WebBoard } from '../../../src/core/web/web-board.js'
import { preparedRepository } from '../../support/prepared-repository.js'
import { BY_ADA, inProcess, testSession } from '../../support/session.js'
import { sharedFolder } from '../../support/temp-folder.js'
import type { TempRepository } from '../../support/temp-repository.js'
import { PATIENT } from '../../support/patient.js'

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

const FEATURE = '001-login'
const SHELL = ['index.html', 'app.js', 'style.css', 'icon.svg']

let repository: TempRepository
let pageFolder: string
const served: ServedBoard[] = []

async function serve(options: Partial<BoardOptions> = {}): Promise<ServedBoard> {
  const container = createContainer(testSession({ cwd: repository.root }))
  const board = await (
    await container.resolve(WebBoard)
  ).serve({ readOnly: false, newToken: false, pageFolder, ...options })
  served.push(board)
  return board
}

function kept(): { port: number; token: string } {
  return JSON.parse(readFileSync(join(repository.root, '.git/kitty/web.json'), 'utf8')) as {
    port: number
    token: string
  } // Written by the board.
}

/** Asks as a program would: Host and everything else as given. */
function ask(url: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    request.on('error', reject)
    request.end(body)
  })
}

function withToken(asked: Asked = {}): Asked {
  return { ...asked, headers: { authorization: `Bearer ${kept().token}`, ...asked.headers } }
}

const post = (name: string, body: object): Promise<Answer> =>
  ask(`${served[0]!.url}api/${name}`, withToken({ method: 'POST', body: JSON.stringify(body) }))

async function move(workPackage: string, to: string): Promise<void> {
  const { service, store } = await inProcess({ cwd: repository.root })
  await (
    await service(MoveTask)
  ).move({ feature: FEATURE, workPackage, to, force: false, provenance: { ...BY_ADA, actor: 'bob' } })
  await store.close()
}

/** Reads the stream until the messages are enough. */
async function messages(
  url: string,
  enough: (types: string[]) => boolean,
  lastId?: string,
): Promise<{ type: string; id: string; data: Record<string, unknown> }[]> {
  const abort = new AbortController()
  const headers = {
    authorization: `Bearer ${kept().token}`,
    'sec-fetch-site': 'same-origin',
    ...(lastId !== undefined && { 'last-event-id': lastId }),
  }
  const answer = await fetch(`${url}api/stream`, { headers, signal: abort.signal })
  const found: { type: string; id: string; data: Record<string, unknown> }[] = []
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true })
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const [, id, type, data] = /^id: (.*)\nevent: (.*)\ndata: (.*)$/.exec(block) ?? []
      if (id !== undefined && type !== undefined && data !== undefined)
        found.push({ id, type, data: JSON.parse(data) as Record<string, unknown> })
    }
    if (enough(found.map(({ type }) => type))) break
  }
  abort.abort()
  return found
}

beforeEach(async () => {
  repository = await preparedRepository()
  pageFolder = sharedFolder()
  for (const name of SHELL) writeFileSync(join(pageFolder, name), `the file ${name}`)
})

afterEach(async () => {
  for (const board of served.splice(0)) await board.close()
})

describe('a board that is served', () => {
  it('answers the page to anyone on this machine, and data to no one without the token', async () => {
    const { url } = await serve()
    expect(await ask(url)).toMatchObject({ status: 200, text: 'the file index.html' })
    expect(await ask(`${url}app.js`)).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/javascript; charset=utf-8' },
    })
    for (const name of ['about', 'stream', 'columns', 'flow', 'at?clock=1', 'package', 'move', 'nothing'])
      expect((await ask(`${url}api/${name}`)).status, name).toBe(401)
    expect(await ask(`${url}api/about`, withToken())).toMatchObject({ status: 200 })
  })

  it('sends a file again only to a client that has another version, whatever the form in which it asks', async () => {
    const { url } = await serve()
    const { etag = '' } = (await ask(`${url}app.js`)).headers
    for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, '*'])
      expect(await ask(`${url}app.js`, { headers: { 'if-none-match': tags } }), tags).toMatchObject({
        status: 304,
        text: '',
      })
    for (const tags of ['"other"', 'W/"other"', ''])
      expect(await ask(`${url}app.js`, { headers: { 'if-none-match': tags } }), tags).toMatchObject({
        status: 200,
      })
  })

  it('says which method a path takes, also of the stream', async () => {
    const { url } = await serve()
    for (const [name, method, allow] of [
      ['about', 'POST', 'GET'],
      ['stream', 'POST', 'GET'],
      ['stream', 'HEAD', 'GET'],
      ['move', 'GET', 'POST'],
    ] as const)
      expect(await ask(`${url}api/${name}`, withToken({ method })), name).toMatchObject({
        status: 405,
        headers: { allow },
      })
  })

  it('never says its token, and keeps it where only its owner reads it', async () => {
    const { url } = await serve()
    const { token } = kept()
    const answers = await Promise.all(
      [
        '',
        'app.js',
        'proof?nonce=x',
        'api/about',
        'api/flow',
        'api/columns',
        'api/nothing',
        '../web.json',
      ].map((path) => ask(`${url}${path}`, withToken())),
    )
    for (const { text, headers } of answers) expect(text + JSON.stringify(headers)).not.toContain(token)
    expect(statSync(join(repository.root, '.git/kitty/web.json')).mode & 0o777).toBe(0o600)
  })

  it.each([
    ['a foreign Host', 421, { host: 'evil.example' }],
    ['a Host with another port', 421, { host: '127.0.0.1:1' }],
    ['a foreign Origin', 403, { origin: 'http://evil.example' }],
    ['another site', 403, { 'sec-fetch-site': 'cross-site' }],
    ['a wrong token', 401, { authorization: 'Bearer wrong' }],
  ] as const)('refuses %s', async (_, status, headers) => {
    const { url } = await serve()
    expect((await ask(`${url}api/about`, withToken({ headers }))).status).toBe(status)
    expect((await ask(`${url}api/move`, withToken({ method: 'POST', body: '{}', headers }))).status).toBe(
      status,
    )
  })

  it('sends every answer with a policy that runs no script but its own', async () => {
    const { url } = await serve()
    for (const path of ['', 'api/about', 'nothing']) {
      const { headers } = await ask(`${url}${path}`)
      expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'")
      expect(headers['x-content-type-options']).toBe('nosniff')
    }
  })

  it.each([
    '../../../etc/passwd',
    '..%2f..%2fetc/passwd',
    '%2e%2e/web.json',
    'app.js/../../x',
    '/etc/passwd',
    '__proto__',
    'constructor',
    '.git/config',
  ])('has no file at %s', async (path) => {
    const { url } = await serve()
    const { status, text } = await ask(url, { headers: {} }).then(() => rawPath(url, `/${path}`))
    expect([404, 200]).toContain(status)
    if (status === 200) expect(text).toMatch(/^the file /)
  })

  it('refuses a body of 100 MB before it has come, and one that only turns out too long', async () => {
    const { url } = await serve()
    const announced = await ask(
      `${url}api/note`,
      withToken({ method: 'POST', headers: { 'content-length': '100000000' } }),
    ).catch((error: unknown) => error)
    expect(announced).toMatchObject({ status: 413 })
    const chunked = await ask(
      `${url}api/note`,
      withToken({ method: 'POST', headers: { 'transfer-encoding': 'chunked' }, body: 'x'.repeat(2_000_000) }),
    ).catch(() => ({ status: 413 }))
    expect(chunked.status).toBe(413)
  })

  it('serves 64 of a thousand streams and tells the others to come back', async () => {
    const { url } = await serve()
    const abort = new AbortController()
    const headers = { authorization: `Bearer ${kept().token}`, 'sec-fetch-site': 'same-origin' }
    const open = await Promise.all(
      Array.from({ length: 64 }, () => fetch(`${url}api/stream`, { headers, signal: abort.signal })),
    )
    expect(open.every(({ status }) => status === 200)).toBe(true)
    expect(open[0]?.headers.get('cache-control')).toContain('no-transform')
    expect(open[0]?.headers.get('x-accel-buffering')).toBe('no')
    const more = await Promise.all(Array.from({ length: 936 }, () => ask(`${url}api/stream`, withToken())))
    expect(more.every(({ status }) => status === 429)).toBe(true)
    abort.abort()
    await expect
      .poll(async () => (await messages(url, (types) => types.length > 0))[0]?.type, PATIENT)
      .toBe('reset')
  })
})

describe('what a page writes', () => {
  it('moves a card with the lane that was shown, and answers its row', async () => {
    await serve()
    const moved = await post('move', {
      feature: FEATURE,
      work_package: 'WP01',
      to: 'doing',
      expect: 'planned',
    })
    expect(JSON.parse(moved.text)).toMatchObject({
      row: { work_package: 'WP01', lane: 'doing', actor: 'ada' },
    })
  })

  it('says why a move is refused, and who won a lost race', async () => {
    await serve()
    const refused = await post('move', {
      feature: FEATURE,
      work_package: 'WP03',
      to: 'doing',
      expect: 'planned',
    })
    expect([refused.status, JSON.parse(refused.text)]).toMatchObject([
      422,
      { error: { kind: 'DependencyValidationError' } },
    ])
    await move('WP01', 'doing')
    const lost = await post('move', {
      feature: FEATURE,
      work_package: 'WP01',
      to: 'doing',
      expect: 'planned',
    })
    expect(lost.status).toBe(409)
    expect(lost.text).toContain('bob')
  })

  it('writes nothing where only reading is allowed', async () => {
    const { url } = await serve({ readOnly: true })
    expect(
      (await post('move', { feature: FEATURE, work_package: 'WP01', to: 'doing', expect: 'planned' })).status,
    ).toBe(403)
    expect((await ask(`${url}api/about`, withToken())).text).toContain('"read_only":true')
  })

  it.each([
    ['move', { work_package: 'WP01', to: 'SECRET', expect: 'planned' }],
    ['move', { work_package: 'WP01', to: 'doing', expect: 'SECRET' }],
    ['gate', { gate: 'SECRET', status: 'passed' }],
    ['resolve', { entity: 'WP01', keep: 'SECRET' }],
    ['tick', { work_package: 'WP01', subtask: 'SECRET', done: true }],
    ['move', { work_package: 'SECRET', to: 'doing', expect: 'planned' }],
  ])(
    'repeats no secret in the failure of %s %j, neither in its message nor in its facts',
    async (name, given) => {
      await serve()
      const secret = `ghp_${'aB3'.repeat(12)}`
      const body = JSON.parse(
        JSON.stringify({ feature: FEATURE, ...given }).replace('SECRET', secret),
      ) as object
      const { status, text } = await post(name, body)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(JSON.parse(text)).toMatchObject({
        error: { kind: expect.any(String), next_steps: expect.any(Array) },
      })
      expect(text).not.toContain(secret.slice(-16))
    },
  )

  it('answers 400 to what is no request, and writes nothing', async () => {
    await serve()
    for (const body of ['', 'x', '[]', 'null', '{}', '{"feature":1}'])
      expect((await ask(`${served[0]!.url}api/move`, withToken({ method: 'POST', body }))).status, body).toBe(
        400,
      )
  })
})

describe('the stream', () => {
  it('begins with the board, tells what another process changed, and continues from an id', async () => {
    const { url } = await serve()
    const heard = messages(url, (types) => {
      // The board has come: now another process changes it.
      if (types.length === 1) void move('WP01', 'doing')
      return types.includes('rows')
    })
    const [first, second] = await heard
    expect(first).toMatchObject({ type: 'reset', data: { count: 4, reason: 'first' } })
    expect(JSON.stringify(second?.data)).toContain('"lane":"doing"')
    const again = await messages(url, (types) => types.length > 0, first?.id)
    expect(again[0]?.id).toBe(second?.id)
    const unknown = await messages(url, (types) => types.length > 0, 'another-1')
    expect(unknown[0]).toMatchObject({ type: 'reset', data: { reason: 'unknown id' } })
  })
})

describe('a restart', () => {
  it('keeps port and token', async () => {
    const first = await serve()
    const before = kept()
    await first.close()
    const second = await serve()
    expect([second.url, kept()]).toEqual([first.url, before])
  })

  it('takes another port and makes a new token where a stranger holds the port', async () => {
    const first = await serve()
    const before = kept()
    await first.close()
    const stranger = createServer((_, response) => response.end('hello')).listen(before.port, '127.0.0.1')
    await new Promise((resolve) => stranger.once('listening', resolve))
    await serve()
    stranger.close()
    expect(kept().port).not.toBe(before.port)
    expect(kept().token).not.toBe(before.token)
  })

  it('leaves web.json to the first board while that one is running', async () => {
    const first = await serve()
    const before = kept()
    const second = await serve()
    expect(kept()).toEqual(before)
    expect(second.url).not.toBe(first.url)
    expect((await ask(`${second.url}api/about`, withToken())).status).toBe(401)
  })

  it.each([
    ['under a path', { basePath: '/kitty/' }],
    ['behind a proxy', { basePath: '/kitty/', behindProxy: 'board.example.org' }],
  ])(
    'leaves web.json to a first board %s, also where the second has another form of address',
    async (_, form) => {
      const first = await serve(form)
      const before = kept()
      await serve()
      expect(kept()).toEqual(before)
      await first.close()
    },
  )

  it('leaves web.json to a first board with the plain address, where the second has a path', async () => {
    await serve()
    const before = kept()
    await serve({ basePath: '/kitty/' })
    expect(kept()).toEqual(before)
  })

  it('reads a web.json that keeps port and token only', async () => {
    const first = await serve()
    const { port, token } = kept()
    writeFileSync(join(repository.root, '.git/kitty/web.json'), JSON.stringify({ port, token }))
    await serve()
    expect(kept()).toEqual({ port, token })
    await first.close()
    const third = await serve()
    expect(kept()).toMatchObject({ port, token, local: third.url })
  })

  it('replaces the token when asked to, and refuses a named port that is taken', async () => {
    const first = await serve()
    const before = kept()
    await expect(serve({ port: before.port })).rejects.toMatchObject({ kind: 'UsageError' })
    await first.close()
    await serve({ newToken: true })
    expect(kept().port).toBe(before.port)
    expect(kept().token).not.toBe(before.token)
  })

  it('refuses an address that this machine cannot listen on', async () => {
    const serving = serve({ host: 'fe80::1', behindProxy: 'board.example.org', basePath: '/' })
    await expect(serving).rejects.toMatchObject({ kind: 'UsageError' })
  })

  it('makes a new one of a web.json that says nothing usable', async () => {
    await (await serve()).close()
    for (const text of ['', '{', '{"port":1}', '{"port":80000,"token":"x"}', '[]']) {
      writeFileSync(join(repository.root, '.git/kitty/web.json'), text)
      const board = await serve()
      expect(kept().token).toMatch(/^[\w-]{43}$/)
      await board.close()
    }
  })

  it('writes a page for its owner that leads there, and removes it once its owner has come', async () => {
    const board = await serve()
    const path = board.openPage()
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readFileSync(path, 'utf8')).toContain(`${board.url}#token=${kept().token}`)
    // A page that was open before, or an agent: the browser may still be starting.
    await ask(`${board.url}api/about`, withToken())
    await ask(`${board.url}api/about?opened`)
    expect(statSync(path).isFile()).toBe(true)
    await ask(`${board.url}api/about?opened`, withToken())
    expect(() => statSync(path)).toThrow()
  })
})

/** Sends a path as it is: `URL` would tidy it up. */
function rawPath(url: string, path: string): Promise<Answer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    httpRequest({ hostname, port, path, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
      .on('error', reject)
      .end()
  })
}
