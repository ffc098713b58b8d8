import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { World } from './world.js'

interface Injection {
  /** System calls by name. */
  readonly calls: readonly string[]
  /** `error=EIO`, `signal=SIGKILL`, with `:when=…` for the n-th. */
  readonly action: string
  /** Only calls on these paths; all of the world's own files when not given. */
  readonly paths: readonly string[]
}

/** Argv under which the program's calls fail, or it is killed at one of them. */
export function injecting({ calls, action, paths }: Injection): string[] {
  const names = calls.join(',')
  // Quicker with the filter in the kernel, under which strace 6.1 loses the signals it is to inject.
  const tracer = action.startsWith('error') ? FAST : SLOW
  return [...tracer, ...only(names, paths), '-o', '/dev/null', '-e', `inject=${names}:${action}`]
}

const SLOW = ['strace', '-f', '-qq']
const FAST = [...SLOW, '--seccomp-bpf']

/** Of a call with two paths, `-P` looks at the first alone. */
function only(names: string, paths: readonly string[]): string[] {
  return [...paths.flatMap((path) => ['-P', path]), '-e', `trace=${names}`]
}

/** Argv that writes the program's calls on `paths` to the world's own trace. */
export function tracing(world: World, calls: readonly string[], paths: readonly string[]): string[] {
  return [...FAST, '-y', ...only(calls.join(','), paths), '-o', traceOf(world)]
}

/** Argv under which the program is killed when it is about to make the first call of this name on the path. */
export function killingAt(name: string, path: string): string[] {
  return injecting({ calls: [name], action: 'signal=SIGKILL:when=1', paths: [path] })
}

/** The trace, for who counts calls in it. */
export function traceText(world: World): string {
  return readFileSync(traceOf(world), 'utf8')
}

function traceOf(world: World): string {
  return join(world.folder, 'tmp', 'trace.txt')
}
