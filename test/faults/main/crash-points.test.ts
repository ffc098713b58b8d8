import { crc32 } from 'node:zlib'
import { describe, it } from 'vitest'
import { CRASHES, crashAtEachCall } from '../support/crash-points.js'
import { isThere } from '../support/tools.js'
import { WRITING_COMMANDS } from '../support/writing-commands.js'

/**
 * `npm run test:crash-points` takes every call of every command: KITTY_CRASH_POINTS=1. With a number k it takes every k-th
 * call, beginning with another one for each command and crash.
 */
const STRIDE = Number(process.env['KITTY_CRASH_POINTS'] ?? 60)
const SHORT = ['move of two packages']
const IS_SHORT = process.env['KITTY_CRASH_POINTS'] === undefined
const DAY = 86_400_000

const commands = WRITING_COMMANDS.filter(({ title }) => !IS_SHORT || SHORT.includes(title))
const crashes = CRASHES.filter(({ isShort }) => !IS_SHORT || isShort)

if (!isThere('gcc')) process.stderr.write('crash points skipped: gcc is not on this machine\n')

describe.runIf(isThere('gcc'))('at each call that changes something', () => {
  describe.each(commands)('$title', (command) => {
    it.each(crashes)(
      '$name',
      async (crash) => {
        const tried = await crashAtEachCall(command, crash, {
          first: firstOf(command.title + crash.name),
          stride: STRIDE,
        })
        if (!IS_SHORT) process.stdout.write(`${command.title}, ${crash.name}: ${tried} calls\n`)
      },
      DAY,
    )
  })
})

function firstOf(name: string): number {
  return 1 + (crc32(name) % STRIDE)
}
