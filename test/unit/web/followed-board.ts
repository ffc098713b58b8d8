import { request } from 'node:http'

interface Row {
  readonly feature: string
  readonly work_package?: string
  readonly lane?: string
}

/** Far more than a change takes on a busy machine. */
const PATIENCE_MS = 30_000

/** Keeps the board's rows as the page does: from a reset and the changes after it, by key. */
export class FollowedBoard {
  readonly #rows = new Map<string, Row>()
  readonly #request: ReturnType<typeof request>
  readonly reasons: string[] = []
  /** True if at any time after the first message no row was shown. */
  wasEmpty = false

  /** @param headers what the browser, or the proxy, sends along */
  constructor(url: string, token: string, headers: Readonly<Record<string, string>> = {}) {
    const asked = { authorization: `Bearer ${token}`, 'sec-fetch-site': 'same-origin', ...headers }
    this.#request = request(`${url}api/stream`, { headers: asked, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        const blocks = (text + chunk).split('\n\n')
        text = blocks.pop() ?? ''
        for (const block of blocks) this.#take(block)
      })
      answer.on('error', () => undefined)
    })
    this.#request.on('error', () => undefined).end()
  }

  /** What is shown: rows of features and packages, by key. */
  get rows(): ReadonlyMap<string, unknown> {
    return this.#rows
  }

  laneOf(workPackage: string): string | undefined {
    return [...this.#rows.values()].find((row) => row.work_package === workPackage)?.lane
  }

  /** Resolves when the package is in the lane. */
  async seen(workPackage: string, lane: string): Promise<void> {
    for (let waited = 0; this.laneOf(workPackage) !== lane; waited += 10) {
      if (waited > PATIENCE_MS)
        throw new Error(`${workPackage} is in ${String(this.laneOf(workPackage))}, not in ${lane}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  close(): void {
    this.#request.destroy()
  }

  #take(block: string): void {
    const [, type, text] = /^id: .*\nevent: (.*)\ndata: (.*)$/.exec(block) ?? []
    if (type === undefined || text === undefined) return
    const { rows, gone = [], reason } = JSON.parse(text) as { rows: Row[]; gone?: string[]; reason?: string } // docs/web.md
    if (type === 'reset') this.#rows.clear()
    if (reason !== undefined) this.reasons.push(reason)
    for (const row of rows) this.#rows.set(`${row.feature}/${row.work_package ?? ''}`, row)
    for (const key of gone) this.#rows.delete(key.includes('/') ? key : `${key}/`)
    if (this.#rows.size === 0) this.wasEmpty = true
  }
}
