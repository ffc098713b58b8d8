import type { ServerResponse } from 'node:http'
import { shownJson } from '../errors/visible-json.js'
import type { StreamMessage } from './documents.js'

/** Keep-alive interval: a page that receives nothing for 40 s reports that it is disconnected. */
const COMMENT_MS = 15_000
/** A page that has stopped reading is disconnected. It reconnects and resumes. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024

/** Server-sent events over one response. `no-transform` keeps proxies from compressing and therefore from buffering. */
export class EventStream {
  readonly #comments: NodeJS.Timeout

  constructor(private readonly response: ServerResponse) {
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    })
    response.flushHeaders()
    response.write(':\n\n')
    this.#comments = setInterval(() => response.write(':\n\n'), COMMENT_MS)
    response.once('close', () => clearInterval(this.#comments))
  }

  readonly send = ({ type, ...message }: StreamMessage): void => {
    const { id, ...data } = { id: undefined, ...message }
    const named = id === undefined ? '' : `id: ${id}\n`
    if (this.response.destroyed) return
    if (this.response.writableLength > MAX_WAITING_BYTES) this.response.destroy()
    else this.response.write(`${named}event: ${type}\ndata: ${shownJson(data)}\n\n`)
  }
}
