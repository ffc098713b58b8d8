import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { tied } from './folders.mjs'
import { KITTY } from './program.mjs'

const HELLO = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'bench', version: '1' },
}

/** A connection to a `kitty mcp` of its own, one line per message. */
export class McpConnection {
  #waiting = new Map()
  #next = 0

  constructor({ cwd, env }) {
    this.child = tied(
      spawn(process.execPath, [KITTY, 'mcp'], { cwd, env, stdio: ['pipe', 'pipe', 'inherit'] }),
    )
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      const { id, result, error } = JSON.parse(line)
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error !== undefined) waiting?.reject(new Error(error.message))
      else waiting?.resolve(result)
    })
  }

  static async open(options) {
    const connection = new McpConnection(options)
    await connection.request('initialize', HELLO)
    connection.#send({ method: 'notifications/initialized' })
    return connection
  }

  /** @throws Error if the tool refuses */
  async call(name, given) {
    const { isError, content, structuredContent } = await this.request('tools/call', {
      name,
      arguments: given,
    })
    if (isError === true) throw new Error(`${name}: ${content[0].text}`)
    return structuredContent
  }

  request(method, params) {
    const id = (this.#next += 1)
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    this.#send({ id, method, params })
    return answer
  }

  async close() {
    const ended = new Promise((resolve) => this.child.once('close', resolve))
    this.child.stdin.end()
    await ended
  }

  #send(message) {
    this.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  }
}
