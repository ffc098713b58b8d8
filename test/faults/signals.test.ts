import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { fault, scaled } from './support/fault.js'
import { checkInvariants } from './support/invariants.js'
import { BIN } from './support/program.js'
import { countedCalls, counting, shimmed } from './support/shim.js'
import { spread } from './support/spread.js'
import { expectExit, World } from './support/world.js'

describe('signals and readers that leave', () => {
  for (const [name, signal] of [
    ['SIGHUP', 1],
    ['SIGINT', 2],
    ['SIGTERM', 15],
  ] as const) {
    fault(68, `${name} at every syscall`, { needs: ['gcc'], within: 900 }, async () => {
      const listed = await World.make()
      expectExit(await listed.write({ env: counting(listed) }), 0)
      const calls = countedCalls(listed)
      const chosen = spread([...calls.keys()], scaled(5, 25))
      const exits = new Map<number, number>()
      for (const at of chosen) {
        const world = await World.make()
        const outcome = await world.write({ env: shimmed(`any:${world.root}:${at + 1}:sig${signal}`) })
        expect([0, 128 + signal], `${name} at ${calls[at] ?? ''}: ${outcome.stderr}`).toContain(outcome.exit)
        exits.set(outcome.exit, (exits.get(outcome.exit) ?? 0) + 1)
        await checkInvariants(world)
        const left = readdirSync(world.path('.kittify')).filter((entry) => entry.endsWith('.tmp'))
        expect(left).toEqual([])
      }
      return {
        injected: `${name} at ${chosen.length} of ${calls.length} calls of move-task`,
        found: [...exits].map(([exit, times]) => `exit ${exit}: ${times} times`).join(', '),
        expected: `as kill; ${128 + signal}`,
      }
    })
  }

  fault(68, 'a reader that has gone (EPIPE)', { needs: ['linux'] }, async () => {
    const world = await World.make()
    for (const command of [
      'status',
      'agent events list',
      'agent events list --format jsonl',
      'status --json',
      'agent tasks note WP01 hello --json',
      '--help',
      '--version',
    ]) {
      const script = `${process.execPath} ${BIN} ${command} | head -c 0; echo "exit \${PIPESTATUS[0]}" >&2`
      const { stderr } = await world.start([], { under: ['bash', '-c', script, '--'] }).finished
      expect(stderr, command).toBe('exit 0\n')
    }
    for (const closed of ['>&-', '2>&-', '<&-']) {
      const script = `${process.execPath} ${BIN} agent tasks note WP01 hello ${closed}; exit $?`
      const { exit, stderr } = await world.start([], { under: ['bash', '-c', script, '--'] }).finished
      // Where stdout is not even open, the answer cannot be given, and that is said.
      expect(closed === '>&-' ? [0, 3] : [0], `${closed}: ${stderr}`).toContain(exit)
    }
    await checkInvariants(world)
    expect(existsSync(join(world.root, 'core'))).toBe(false)
    return {
      injected: 'stdout closed by its reader, and not open at all',
      found: 'exit 0, nothing said',
      expected: 'EPIPE quiet; 0',
    }
  })
})
