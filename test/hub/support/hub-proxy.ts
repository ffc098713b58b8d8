import { createServer, connect, type Server, type Socket } from 'node:net'

/** What happens to the next append: between client and server, or between server and client. */
export type Fault =
  /** The request never arrives. */
  | 'request lost'
  /** The server carries it out; its answer never arrives. */
  | 'answer lost'
  /** Nothing arrives any more, and no connection ends. */
  | 'silence'

/** A wire between clones and their server that loses what a test asks it to lose. */
export class HubProxy {
  readonly #sockets = new Set<Socket>()
  readonly #server: Server
  /** How long everything takes, in milliseconds and in each direction. */
  delayMs = 0
  /** Refuses new connections. */
  isDown = false
  /** Accepts connections, and lets nothing through. */
  isSilent = false
  /** Happens to the next append, and to no other. */
  fault: Fault | undefined
  /** Called when a client's bytes hold this text, before they are passed on. */
  watch: { readonly text: string; seen(): void } | undefined
  /** Called when the answer to an append has been passed on. */
  answered: (() => void) | undefined
  /** Whether the wire is cut with the fault, as when a cable is pulled. */
  isCutWithFault = false

  private constructor(private readonly target: number) {
    this.#server = createServer((client) => this.#connect(client))
  }

  static async before(target: number): Promise<HubProxy> {
    const proxy = new HubProxy(target)
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  get host(): string {
    const address = this.#server.address()
    if (typeof address !== 'object' || address === null) throw new Error('the proxy does not listen')
    return `127.0.0.1:${address.port}`
  }

  get connections(): number {
    return this.#sockets.size
  }

  /** Breaks every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #connect(client: Socket): void {
    if (this.isDown) {
      client.destroy()
      return
    }
    const server = connect(this.target, '127.0.0.1')
    let lost: Fault | undefined
    let isAppending = false
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        this.#sockets.delete(socket)
        client.destroy()
        server.destroy()
      })
    }
    const cut = (): void => {
      if (this.isCutWithFault) this.isDown = true
      client.destroy()
      server.destroy()
    }
    client.on('data', (bytes) => {
      if (this.isSilent || lost === 'silence') return
      if (this.watch !== undefined && bytes.includes(this.watch.text)) this.watch.seen()
      if (bytes.includes('kitty.append_')) isAppending = true
      if (this.fault !== undefined && bytes.includes('kitty.append_')) {
        lost = this.fault
        this.fault = undefined
        if (lost === 'silence') this.isSilent = true
        if (lost === 'request lost') cut()
        if (lost !== 'answer lost') return
      }
      this.#pass(() => server.write(bytes))
    })
    server.on('data', (bytes) => {
      if (this.isSilent) return
      const isAnswer = isAppending
      this.#pass(() => {
        if (lost === 'answer lost') cut()
        else client.write(bytes)
        if (isAnswer) this.answered?.()
      })
      isAppending = false
    })
  }

  #pass(on: () => void): void {
    if (this.delayMs === 0) on()
    else setTimeout(on, this.delayMs)
  }
}
