import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { HALTED, stepAtEachCall, STEPS } from '../support/between.js'
import { packageFile } from '../support/package-file.js'
import { stoppedThere } from '../support/stopped.js'
import { isThere } from '../support/tools.js'
import { expectExit, World } from '../support/world.js'

/** Every so many calls: each with 1, as `npm run test:races` has it. */
const STRIDE = Number(process.env['KITTY_BETWEEN'] ?? Infinity)
/** What `npm test` tries: a command, what another process does, and at which of its calls. */
const SHORT: readonly (readonly [halted: string, step: string, call: number])[] = [
  ['claim', 'git stash', 31],
  ['edit', 'an editor', 38],
  ['verify', 'claim', 7],
  ['doctor', 'note', 23],
]
const DAY = 86_400_000
const SAVED = '\nWhat an editor has saved.\n'
const WP01 = 'WP01-part.md'

if (!isThere('gcc')) process.stderr.write('steps of others in between skipped: gcc is not on this machine\n')

describe.runIf(isThere('gcc'))('between two steps of a command', () => {
  it.each([
    ['move', ['move', 'WP01', 'doing'], 'lane: doing'],
    ['tick', ['tick', 'WP01', 'T001'], '- [x] T001'],
    ['sync --write', ['sync', '--write', 'WP01'], 'Part WP01'],
  ])('what an editor saves in a package’s file stays: %s', async (_, args, wanted) => {
    const world = await World.make()
    const file = packageFile(world, 'WP01')
    writeFileSync(
      file,
      `${readFileSync(file, 'utf8').replace('lane:', 'subtasks: [T001]\nlane:')}- [ ] T001\n`,
    )
    expectExit(await world.kitty(['sync', '--json']), 0)
    if (args[0] === 'sync') writeFileSync(file, readFileSync(file, 'utf8').replace('Part WP01', 'By hand'))
    const command = await stoppedThere(world, `sync:${WP01}:1`, [...args, '--json'])
    appendFileSync(file, SAVED)
    expectExit(await command.resume(), 0)
    const text = readFileSync(file, 'utf8')
    expect([text.includes(SAVED), text.includes(wanted)]).toEqual([true, true])
  })

  it('edit does not write over what an editor has saved, and says so', async () => {
    const world = await World.make()
    const file = packageFile(world, 'WP01')
    const command = await stoppedThere(world, `sync:${WP01}:1`, ['edit', 'WP01', '--title', 'Mine', '--json'])
    appendFileSync(file, SAVED)
    const outcome = await command.resume()
    expectExit(outcome, 6)
    const text = readFileSync(file, 'utf8')
    expect([text.includes(SAVED), text.includes('Mine')]).toEqual([true, false])
    expectExit(await world.kitty(['edit', 'WP01', '--title', 'Mine', '--json']), 0)
    expect(readFileSync(file, 'utf8')).toContain('title: "Mine"')
  })

  it('a reader meets the new file where kitty replaces one that it is about to open', async () => {
    const world = await World.make()
    const reader = await stoppedThere(world, `look:tasks/${WP01}:1`, ['show', 'WP01', '--json'])
    expectExit(await world.kitty(['move', 'WP01', 'doing', '--json']), 0)
    const outcome = await reader.resume()
    expectExit(outcome, 0)
    expect(outcome.stdout).not.toContain('was replaced')
  })
})

const pairs = HALTED.flatMap((halted) =>
  STEPS.filter((step) => halted.isLook !== true || step.isGit !== true).map((step) => ({
    title: `${halted.title}: ${step.title}`,
    halted,
    step,
    call: SHORT.find(([one, other]) => one === halted.title && other === step.title)?.[2],
  })),
).filter(({ call }) => STRIDE !== Infinity || call !== undefined)

describe.runIf(isThere('gcc'))('another process in front of each call of a command', () => {
  it.each(pairs)(
    '$title',
    async ({ title, halted, step, call }) => {
      const first = STRIDE === Infinity ? (call ?? 1) : 1 + (crc32(title) % STRIDE)
      const tried = await stepAtEachCall(halted, step, { first, stride: STRIDE })
      if (STRIDE === Infinity) expect(tried).toBe(1)
      else process.stdout.write(`${title}: ${tried} calls\n`)
    },
    DAY,
  )
})
