/** One message of a server-sent stream. */
export interface Sent {
  readonly type: string
  readonly id: string
  readonly data: string
}

/**
 * Reads a stream of server-sent events to its end. A message counts once its blank line has come, so that what a cut
 * leaves is dropped.
 * @param heard called for everything that arrives, comments included
 */
export async function* sentEvents(body: ReadableStream<Uint8Array>, heard: () => void): AsyncGenerator<Sent> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  // What has come of a message whose end has not. Put together once: a board of thousands comes in hundreds of pieces.
  let held: string[] = []
  let last = ''
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      heard()
      const piece = decoder.decode(value, { stream: true })
      held.push(piece)
      const hasEnd = `${last}${piece}`.includes('\n\n')
      last = piece.slice(-1) || last
      if (!hasEnd) continue
      const blocks = held.join('').split('\n\n')
      held = [blocks.pop() ?? '']
      for (const block of blocks) {
        const fields = new Map(block.split('\n').map((line) => split(line)))
        const data = fields.get('data')
        if (data !== undefined) yield { type: fields.get('event') ?? '', id: fields.get('id') ?? '', data }
      }
    }
  } finally {
    reader.cancel().catch(() => undefined)
  }
}

function split(line: string): [name: string, value: string] {
  const colon = line.indexOf(': ')
  return colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 2)]
}
