import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { loggedEvents } from '../support/log-files.js'
import { preparedRepository } from '../support/prepared-repository.js'
import { documentOf, failureIn, kitty, node } from '../support/program.js'

const EMIT_NOTES = fileURLToPath(new URL('../support/emit-notes.mjs', import.meta.url))
const WRITERS = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay', 'gus', 'hal'] as const

describe('eight concurrent processes', () => {
  it('store all of 8 × 200 events, each with a clock value of its own, in rising order', async () => {
    const { root } = await preparedRepository()
    const before = loggedEvents(root).length
    const written = await Promise.all(WRITERS.map((name) => node({ cwd: root }, EMIT_NOTES, '200', name)))

    expect(written.map(({ code, stderr }) => [code, stderr])).toEqual(WRITERS.map(() => [0, '']))
    const acknowledged = written.flatMap(({ stdout }) => stdout.trim().split('\n'))
    expect(new Set(acknowledged).size).toBe(1600)
    const notes = loggedEvents(root).slice(before)
    expect(notes).toHaveLength(1600)
    expect(new Set(notes.map((event) => event.event_id))).toEqual(new Set(acknowledged))
    const clocks = notes.map((event) => event.lamport_clock)
    expect(new Set(clocks).size).toBe(1600)
    expect(clocks).toEqual([...clocks].sort((a, b) => a - b))

    const listed = documentOf(
      await kitty({ cwd: root }, 'agent', 'events', 'list', '--type', 'NoteAdded', '--json'),
    )
    expect(listed['count']).toBe(1600)
    const verified = await kitty({ cwd: root }, 'agent', 'events', 'verify', '--json')
    expect(documentOf(verified)['problems']).toEqual([])
  })

  it('let one of eight claim a package; the others lose the race and learn to whom', async () => {
    const { root } = await preparedRepository()
    const claims = await Promise.all(
      WRITERS.map((actor) =>
        kitty(
          { cwd: root },
          'agent',
          'tasks',
          'move-task',
          'WP01',
          '--to',
          'doing',
          '--expect',
          'planned',
          '--actor',
          actor,
          '--json',
        ),
      ),
    )

    const winners = WRITERS.filter((_, at) => claims[at]?.code === 0)
    expect(claims.map(({ code }) => code).sort()).toEqual([0, 6, 6, 6, 6, 6, 6, 6])
    for (const claim of claims.filter(({ code }) => code === 6)) {
      const failure = failureIn(claim)
      expect(failure).toMatchObject({
        kind: 'LostRace',
        context: { expected: 'planned', current_status: 'doing', moved_by: winners[0] },
      })
      expect(failure.message).toContain(`${winners[0] ?? ''} moved it there at 20`)
    }
    const moves = loggedEvents(root).filter((event) => event.event_type === 'WPStatusChanged')
    expect(moves.map((event) => event.actor)).toEqual(winners)
  })
})
