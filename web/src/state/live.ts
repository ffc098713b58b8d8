import { sentEvents } from './event-stream.js'
import type { StreamMessage } from './documents.js'
import { takeIn, wholeBoard } from './rows.js'
import { ask, learn, onTokenChange, Refused, token } from './server.js'
import { current, update } from './store.js'

/** Without a word for this long there is no connection: the server says something every 15 s. */
const SILENCE_MS = 40_000
const RETRY_MS = [500, 1_000, 2_000, 5_000]
const CROWDED_MS = 5_000
const LEARN_MS = 2_000
const CLOCK_MS = 30_000

/** What tabs say to one another. */
type Said =
  | { readonly kind: 'hello' }
  | { readonly kind: 'heard' }
  | { readonly kind: 'cut'; readonly isGone: boolean }
  | { readonly kind: 'message'; readonly message: StreamMessage; readonly isAnswer: boolean }

/** Boards behind one proxy differ by their path. */
const NAME = `kitty-stream${location.pathname === '/' ? '' : ` ${location.pathname}`}`
let channel: BroadcastChannel
let lastId = ''
let isReader = false
/** Counts what was asked about the board, so that only the latest goes on asking. */
let asked = 0
let silence: ReturnType<typeof setTimeout> | undefined

/**
 * Keeps the board live. One tab of the browser, the one that holds the lock, reads the stream and tells the others;
 * when it closes the browser hands the lock to the next.
 */
export function live(): void {
  channel = new BroadcastChannel(NAME)
  channel.onmessage = ({ data }: MessageEvent<Said>) => hear(data)
  onTokenChange(() => {
    if (token() === '') update({ connection: 'locked' })
    else if (current().connection === 'locked') begin()
  })
  setInterval(() => update({ now: Date.now() }), CLOCK_MS)
  begin()
  void navigator.locks.request(NAME, readForEver)
}

function begin(): void {
  update({ connection: token() === '' ? 'locked' : 'connecting' })
  if (token() === '') return
  listen()
  if (current().about === undefined) void learnLatest()
  tell({ kind: 'hello' })
}

function tell(said: Said): void {
  channel.postMessage(said)
}

function hear(said: Said): void {
  if (said.kind === 'hello') {
    if (isReader && current().hasBoard) tell({ kind: 'message', message: wholeBoard(lastId), isAnswer: true })
  } else if (said.kind === 'cut') cut(said.isGone)
  else if (said.kind === 'heard') listen(current().hasBoard)
  else if (!said.isAnswer || !current().hasBoard) accept(said.message)
}

/** @param isGone whether there is no server; one that answers has said why it shows no board */
function cut(isGone: boolean): void {
  update({ connection: 'lost', ...(isGone && { failure: undefined }) })
}

/** Asks until it is answered: without that the page shows nothing. */
async function learnLatest(): Promise<void> {
  const turn = (asked += 1)
  while (turn === asked && token() !== '') {
    try {
      await learn()
      return
    } catch {
      await pause(LEARN_MS)
    }
  }
}

/** Something was heard: the clock of silence starts again. */
function listen(isLive = false): void {
  clearTimeout(silence)
  silence = setTimeout(() => update({ connection: 'lost' }), SILENCE_MS)
  if (isLive && current().connection !== 'live' && token() !== '') update({ connection: 'live' })
}

function accept(message: StreamMessage): void {
  if (message.type === 'failed') return update({ failure: message })
  const { hasBoard } = current()
  // What changed says nothing to a tab that has no board to change.
  if (message.type === 'rows' && !hasBoard) return tell({ kind: 'hello' })
  if (!takeIn(message)) return
  if (message.type === 'reset' && hasBoard) void learnLatest()
  lastId = message.id
  listen(true)
}

async function readForEver(): Promise<never> {
  isReader = true
  for (let failures = 0; ; failures += 1) {
    if (token() === '') {
      await pause(RETRY_MS[0])
      failures = -1
      continue
    }
    let isGone = false
    try {
      await readStream(() => (failures = 0))
    } catch (error) {
      isGone = !(error instanceof Refused)
      if (error instanceof Refused && error.status === 429) await pause(CROWDED_MS)
    }
    if (token() !== '') {
      cut(isGone)
      tell({ kind: 'cut', isGone })
    }
    await pause(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)])
  }
}

async function readStream(connected: () => void): Promise<void> {
  const abort = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const wait = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => abort.abort(), SILENCE_MS)
  }
  const heard = (): void => {
    wait()
    listen(current().hasBoard)
    tell({ kind: 'heard' })
  }
  try {
    wait()
    const headers = lastId === '' ? undefined : { 'last-event-id': lastId }
    const { body } = await ask('stream', { signal: abort.signal, ...(headers && { headers }) })
    if (body === null) return
    connected()
    for await (const { type, id, data } of sentEvents(body, heard)) {
      const message = { ...(JSON.parse(data) as object), type, id } as StreamMessage // The server's, in documents.ts.
      accept(message)
      tell({ kind: 'message', message, isAnswer: false })
    }
  } finally {
    clearTimeout(timer)
  }
}

function pause(milliseconds = 0): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
