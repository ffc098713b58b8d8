import { afterEach, describe, expect, it } from 'vitest'
import { EventStore } from '../../src/core/store/event-store.js'
import { GENERATIONS, McpClient, startServer } from '../support/mcp-client.js'
import { preparedRepository } from '../support/prepared-repository.js'
import { kitty } from '../support/program.js'
import { inProcess } from '../support/session.js'
import { PATIENT } from '../support/patient.js'

const open: McpClient[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()))
})

async function connect(...given: Parameters<typeof McpClient.connect>): Promise<McpClient> {
  const client = await McpClient.connect(...given)
  open.push(client)
  return client
}

async function eventsOf(root: string, type: string): Promise<readonly { readonly actor: string }[]> {
  const { container } = await inProcess({ cwd: root })
  const store = await container.resolve(EventStore)
  const events = await store.read({ type })
  await store.close()
  return events
}

/** Speaks to a server by hand: what no client of the SDK would send. */
async function raw(
  root: string,
  input: string,
  stopAfter: RegExp,
): Promise<{ out: string; said: string; code: number | null }> {
  const child = startServer(root)
  let out = ''
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const answered = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
      if (stopAfter.test(out)) resolve()
    })
    child.once('close', () => resolve())
  })
  child.stdin.on('error', () => undefined)
  child.stdin.write(input)
  await answered
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const code = child.exitCode
  child.stdin.end()
  const last = code ?? (await ended)
  return { out, said, code: last }
}

const HELLO = `${JSON.stringify({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'hand', version: '1' } },
})}\n{"jsonrpc":"2.0","method":"notifications/initialized"}\n`
const callLine = (id: number, name: string, given: object): string =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: given } })}\n`

describe('kitty mcp', () => {
  it.each(GENERATIONS)('works through a package with a client of the %s protocol', async (generation) => {
    const { root } = await preparedRepository({ '001-login': [{ id: 'WP01', subtasks: ['T001'] }] })
    const client = await connect(root, { name: 'claude', generation })
    expect((await client.client.listTools()).tools.map(({ name }) => name)).toEqual([
      'board',
      'next',
      'show',
      'move',
      'record',
      'conflicts',
      'history',
      'plan',
    ])
    const claimed = await client.call('next', { claim: true })
    expect(claimed.document).toMatchObject({ claimed: { work_package: 'WP01', new_status: 'doing' } })
    const refused = await client.call('move', { wp: 'WP01', to: 'for_review' })
    expect(refused).toMatchObject({ isError: true, document: { error: { kind: 'StateTransitionError' } } })
    expect(refused.text).toMatch(/^-> .*\bkitty /m)
    expect(refused.text).not.toContain('[object')
    await client.call('record', { wp: 'WP01', done: ['T001'], note: 'done\nand dusted' })
    const moved = await client.call('move', { wp: 'WP01', to: 'for_review', expect: 'doing' })
    expect(moved.document).toMatchObject({ old_status: 'doing', new_status: 'for_review' })
    const shown = await client.call('show', { wp: '001/WP01' })
    expect(shown.document).toMatchObject({
      work_package: { lane: 'for_review', notes: [{ text: 'done\nand dusted' }] },
    })
    const added = await client.call('plan', { title: 'Write the guide', after: ['WP01'] })
    expect(added.document).toMatchObject({ work_package: 'WP02' })
    expect((await client.call('board')).text).toContain('001-login 0/2 done')
    expect((await client.call('conflicts')).text).toBe('No open conflicts.')
    const history = await client.call('history', { limit: 2 })
    const { next_after } = history.document
    expect((await client.call('history', { after: next_after })).document).toMatchObject({
      count: 0,
      next_after,
    })
    const moves = await eventsOf(root, 'WPStatusChanged')
    expect(moves.map(({ actor }) => actor)).toEqual(['claude', 'claude'])
  })

  it('gives each of four clients of one name a package of its own, and the same one again', async () => {
    const ids = Array.from({ length: 8 }, (_, n) => ({ id: `WP${String(n + 1).padStart(2, '0')}` }))
    const { root } = await preparedRepository({ '001-login': ids })
    const clients = await Promise.all(Array.from({ length: 4 }, () => connect(root)))
    const claim = async (another: boolean): Promise<unknown[]> =>
      Promise.all(
        clients.map(async (client) => {
          const { document } = await client.call('next', { claim: true, another })
          return (document['claimed'] as { work_package: string } | null)?.work_package
        }),
      )
    const first = await claim(false)
    expect(new Set(first).size).toBe(4)
    expect(await claim(false)).toEqual(first)
    const second = await claim(true)
    expect(new Set([...first, ...second]).size).toBe(8)
    // Nothing is free: that is no failure, and says why.
    const none = await clients[0]?.call('next', { claim: true, another: true })
    expect(none).toMatchObject({ isError: false, document: { claimed: null } })
  })

  it('lets one of four clients win each race for a package', async () => {
    const { root } = await preparedRepository({
      '001-login': [{ id: 'WP01' }, { id: 'WP02' }, { id: 'WP03' }],
    })
    const clients = await Promise.all(Array.from({ length: 4 }, () => connect(root)))
    for (const wp of ['WP01', 'WP02', 'WP03']) {
      const replies = await Promise.all(
        clients.map((client) => client.call('move', { wp, to: 'doing', expect: 'planned' })),
      )
      expect(replies.filter(({ isError }) => !isError)).toHaveLength(1)
      for (const { isError, document } of replies)
        if (isError) expect(document).toMatchObject({ error: { kind: 'LostRace' } })
    }
    expect(await eventsOf(root, 'WPStatusChanged')).toHaveLength(3)
  })

  it('takes nothing from request ids: only a key makes a repeat safe', async () => {
    const { root } = await preparedRepository()
    const line = HELLO + callLine(1, 'record', { wp: 'WP01', note: 'same' })
    await Promise.all([raw(root, line, /"id":1}/), raw(root, line, /"id":1}/)])
    expect(await eventsOf(root, 'NoteAdded')).toHaveLength(2)
    const client = await connect(root)
    const keyed = { wp: 'WP02', note: 'once', key: 'note-1' }
    const [first, again] = [await client.call('record', keyed), await client.call('record', keyed)]
    expect(again.document).toEqual(first.document)
    expect(await eventsOf(root, 'NoteAdded')).toHaveLength(3)
  })

  it('answers after garbage, refuses wrong arguments by name, and knows no other tool', async () => {
    const { root } = await preparedRepository()
    const { out, code } = await raw(
      root,
      `garbage\n{"jsonrpc":\n\u0000\u0001\n[]\n${HELLO}not json either\n${callLine(1, 'show', { wp: 7 })}${callLine(2, 'rm', {})}${callLine(3, 'show', { wp: 'WP01', x: 1 })}`,
      /"id":3}/,
    )
    expect(code).toBe(0)
    const answers = new Map(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { id: number; result?: object; error?: object })
        .map((answer) => [answer.id, answer]),
    )
    expect(answers.get(1)?.result).toMatchObject({
      isError: true,
      structuredContent: {
        error: { kind: 'UsageError', message: expect.stringContaining('"wp" is no text') },
      },
    })
    expect(answers.get(2)?.error).toMatchObject({ message: expect.stringContaining('no tool rm') })
    expect(answers.get(3)?.result).toMatchObject({ isError: true })
  })

  it('says of JSON that is no message what it is, in one line', async () => {
    const { root } = await preparedRepository()
    const { said } = await raw(
      root,
      `[]\nnull\n{"jsonrpc":"2.0"}\n${HELLO}${callLine(1, 'show', { wp: 'WP01' })}`,
      /"id":1}/,
    )
    expect(said).toBe('Warning: A line on stdin is no message of the protocol, and was skipped.\n')
  })

  it.each([-1, 5, 1.5, '1'])(
    'refuses the priority %j as the command does, and makes no file',
    async (priority) => {
      const { root } = await preparedRepository()
      const { call } = await connect(root).then((client) => ({ call: client.call.bind(client) }))
      for (const about of [{ title: 'Urgent' }, { wp: 'WP01' }])
        expect(await call('plan', { ...about, priority })).toMatchObject({
          isError: true,
          document: { error: { kind: 'UsageError', message: expect.stringContaining('from 0 to 4') } },
        })
      expect((await call('plan', { check: true })).text).toBe('The files and the log say the same.')
      expect(await call('plan', { title: 'Late', priority: 4 })).not.toHaveProperty('isError', true)
    },
  )

  it('repeats no secret that was typed for a tool, a resource or an argument', async () => {
    const { root } = await preparedRepository()
    const { client } = await connect(root)
    const secret = `ghp_${'aB3'.repeat(12)}`
    const asked = [
      client.callTool({ name: secret, arguments: {} }),
      client.callTool({ name: 'show', arguments: { [secret]: 1 } }),
      client.callTool({ name: 'move', arguments: { wp: 'WP01', to: secret } }),
      client.readResource({ uri: `kitty://board/${secret}` }),
      client.readResource({ uri: `kitty://${secret}` }),
    ]
    const answers = (await Promise.allSettled(asked)).map((answer) =>
      answer.status === 'fulfilled' ? JSON.stringify(answer.value) : String(answer.reason),
    )
    for (const answer of answers) {
      expect(answer).toContain('removed')
      expect(answer).not.toContain(secret.slice(-16))
    }
  })

  it('ends by itself at a message of more than 10 MB, and when its client is gone in the middle', async () => {
    const { root } = await preparedRepository()
    const big = await raw(
      root,
      `${HELLO}{"jsonrpc":"2.0","id":1,"x":"${'y'.repeat(11 * 1024 * 1024)}`,
      /never/,
    )
    expect(big.code).toBe(0)
    const child = startServer(root)
    child.stdin.write(HELLO + callLine(1, 'record', { wp: 'WP01', note: 'kept or not, never half' }))
    child.stdin.end()
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0)
    const verified = await kitty({ cwd: root }, 'agent', 'events', 'verify', '--json')
    expect(verified.code).toBe(0)
  })

  it('tells subscribers alone of a change that another process made', async () => {
    const { root } = await preparedRepository()
    const watched = 'kitty://wp/001-login/WP01'
    const [listener, other] = [await connect(root), await connect(root)]
    const heard: string[][] = [[], []]
    for (const [at, { client }] of [listener, other].entries())
      client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
        heard[at]?.push(params.uri)
      })
    await listener.client.subscribeResource({ uri: watched })
    await kitty({ cwd: root, env: { KITTY_ACTOR: 'bob' } }, 'note', 'WP01', 'hello')
    await kitty({ cwd: root, env: { KITTY_ACTOR: 'bob' } }, 'note', 'WP02', 'hello')
    await expect.poll(() => heard[0], PATIENT).toEqual([watched])
    expect(heard[1]).toEqual([])
    const { contents } = await listener.client.readResource({ uri: watched })
    expect(JSON.stringify(contents)).toContain('hello')
    await expect(listener.client.readResource({ uri: 'kitty://wp/001-login/WP99' })).rejects.toThrow(
      'no resource',
    )
  })

  it.each(GENERATIONS)(
    'tells a client of the %s protocol of what it asked for by a short name, by that name',
    async (generation) => {
      const { root } = await preparedRepository()
      const { client } = await connect(root, { generation })
      const heard = new Set<string>()
      client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
        heard.add(params.uri)
      })
      const names = ['kitty://wp/001/wp1', 'kitty://board/001', 'kitty://wp/001/WP02', 'kitty://wp/7/WP01']
      if (generation === '2026') await client.listen({ resourceSubscriptions: names })
      else for (const uri of names) await client.subscribeResource({ uri })
      await kitty({ cwd: root, env: { KITTY_ACTOR: 'bob' } }, 'note', 'WP01', 'hello')
      await expect.poll(() => heard, PATIENT).toEqual(new Set(names.slice(0, 2)))
    },
  )

  it("tells a package's subscribers of the result of one of its gates", async () => {
    const { root } = await preparedRepository()
    const env = { KITTY_ACTOR: 'bob' }
    await kitty({ cwd: root, env }, 'agent', 'gates', 'add', 'WP01', '--type', 'ci')
    const { client } = await connect(root)
    const heard: string[] = []
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
      heard.push(params.uri)
    })
    for (const name of ['WP01', 'WP02'])
      await client.subscribeResource({ uri: `kitty://wp/001-login/${name}` })
    await kitty({ cwd: root, env }, 'agent', 'gates', 'set', 'WP01-ci', '--status', 'passed')
    await expect.poll(() => heard, PATIENT).toEqual(['kitty://wp/001-login/WP01'])
  })
})
