import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { criticalPath, layers, type Node } from '../../../web/src/graph/layers.js'
import { sentEvents } from '../../../web/src/state/event-stream.js'

const nodeOf = (id: string, dependencies: readonly string[]): Node => ({ id, dependencies, isDone: false })

/** Packages, each depending on some of those before it. */
const graphs = fc
  .array(fc.array(fc.nat({ max: 11 }), { maxLength: 4 }), { minLength: 1, maxLength: 12 })
  .map((all) =>
    all.map((own, at) =>
      nodeOf(
        `WP${at}`,
        own.filter((one) => one < at).map((one) => `WP${one}`),
      ),
    ),
  )

/** As it is defined: one more than the longest of what it depends on. */
function rankOf(id: string, nodes: readonly Node[]): number {
  const { dependencies = [] } = nodes.find((node) => node.id === id) ?? {}
  return Math.max(0, ...dependencies.map((one) => rankOf(one, nodes) + 1))
}

describe('the graph of dependencies', () => {
  it('ranks each package by the longest chain before it, and marks a longest one, in whatever order they come', () => {
    fc.assert(
      fc.property(graphs, fc.boolean(), (nodes, isReversed) => {
        const given = isReversed ? nodes.toReversed() : nodes
        for (const { node, rank } of layers(given))
          expect([node.id, rank]).toEqual([node.id, rankOf(node.id, nodes)])
        const path = criticalPath(given)
        const longest = 1 + Math.max(...nodes.map(({ id }) => rankOf(id, nodes)))
        expect(path).toHaveLength(longest === 1 ? 0 : longest)
        for (const [at, id] of path.entries())
          if (at > 0) expect(nodes.find((node) => node.id === id)?.dependencies).toContain(path[at - 1])
      }),
    )
  })

  it.each(['forward', 'backward'])('draws a chain of 20,000 packages that come %s', (order) => {
    const nodes = Array.from({ length: 20_000 }, (_, at) =>
      nodeOf(`WP${at}`, at === 0 ? [] : [`WP${at - 1}`]),
    )
    const given = order === 'forward' ? nodes : nodes.toReversed()
    expect(layers(given).at(-1)).toMatchObject({ rank: 19_999 })
    expect(criticalPath(given)).toHaveLength(20_000)
  })

  it('cuts a cycle where it closes', () => {
    const nodes = [nodeOf('WP1', ['WP3', 'WP9']), nodeOf('WP2', ['WP1', 'WP2']), nodeOf('WP3', ['WP2'])]
    expect(layers(nodes).map(({ node, rank }) => [node.id, rank])).toEqual([
      ['WP2', 0],
      ['WP3', 1],
      ['WP1', 2],
    ])
    expect(criticalPath(nodes)).toEqual(['WP2', 'WP3', 'WP1'])
  })
})

describe('the stream that a page reads', () => {
  const messages = [
    { type: 'reset', id: 'run-0', data: '{"rows":["ä","🐈"]}' },
    { type: 'failed', id: '', data: '{}' },
    { type: 'rows', id: 'run-1', data: '{"gone":[]}' },
  ]
  const bytes = new TextEncoder().encode(
    `:\n\n${messages.map(({ type, id, data }) => `${id && `id: ${id}\n`}event: ${type}\ndata: ${data}\n\n`).join('')}:\n\nid: run-2\nevent: rows`,
  )

  it('has the same messages wherever it is cut into pieces, and none of a message that is not whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat({ max: bytes.length })), async (cuts) => {
        const ends = [...cuts.toSorted((a, b) => a - b), bytes.length]
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            ends.forEach((end, at) => controller.enqueue(bytes.subarray(ends[at - 1] ?? 0, end)))
            controller.close()
          },
        })
        const read = []
        for await (const message of sentEvents(body, () => undefined)) read.push(message)
        expect(read).toEqual(messages)
      }),
    )
  })
})
