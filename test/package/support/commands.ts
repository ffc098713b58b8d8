import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { POSIX } from '../../support/posix.js'

/** A program, and the words before those that it is given. */
export type Command = readonly [program: string, ...before: string[]]

/** npm, as a process starts it: on Windows it is a script of cmd.exe, so Node runs its own script there. */
export function npmCommand(isPosix = POSIX, node = process.execPath): Command {
  return isPosix ? ['npm'] : [node, join(dirname(node), 'node_modules', 'npm', 'bin', 'npm-cli.js')]
}

/** Where npm keeps what it installs under a prefix of the user's: packages, and the programs on PATH. */
export function placesOf(
  prefix: string,
  isPosix = POSIX,
): { readonly packages: string; readonly bin: string } {
  return isPosix
    ? { packages: join(prefix, 'lib', 'node_modules'), bin: join(prefix, 'bin') }
    : { packages: join(prefix, 'node_modules'), bin: prefix }
}

/** The installed program: on Windows npm makes scripts of it for each shell, all of which start this. */
export function kittyCommand(prefix: string, isPosix = POSIX): Command {
  if (isPosix) return ['kitty']
  const { packages, bin } = placesOf(prefix, isPosix)
  for (const name of ['kitty.cmd', 'kitty.ps1'])
    if (!existsSync(join(bin, name))) throw new Error(`npm made no ${name} in ${bin}`)
  return [process.execPath, join(packages, 'kittify', 'bin', 'run.js')]
}
