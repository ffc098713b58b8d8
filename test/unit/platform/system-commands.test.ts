import { expect, it } from 'vitest'
import { shownCommand } from '../../../src/core/errors/next-step.js'
import { systemCommands } from '../../../src/core/platform/system-commands.js'

const POSIX_ONLY = /^(ls|ps|mv|rm|chmod|export|unset)$/

/** One of each. */
function all(platform: NodeJS.Platform): string[][] {
  const commands = systemCommands(platform)
  return [
    commands.lookAt('a b'),
    commands.lookAtProcess(40),
    commands.setAside('a b', 'c'),
    commands.remove('a b'),
    ...commands.makeWritable(['a b', 'c'], 'u+w'),
  ]
}

it('names no program of POSIX on Windows, and each command can be shown there', () => {
  const commands = all('win32')
  expect(commands.flat().filter((word) => POSIX_ONLY.test(word))).toEqual([])
  expect(commands.flatMap((words) => shownCommand(words))).toHaveLength(commands.length)
})

it('names what every POSIX system has, elsewhere', () => {
  expect(all('linux').map(([program]) => program)).toEqual(['ls', 'ps', 'mv', 'rm', 'chmod'])
  expect(all('darwin')).toEqual(all('linux'))
})
