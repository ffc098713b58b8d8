import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What a fault may need and a machine may lack. */
export type Tool = 'strace' | 'gcc' | 'faketime' | 'setpriv as root' | 'mount' | 'linux'

const found = new Map<Tool, boolean>()

/** True when the tool works here, not merely when its name is on the path. */
export function isThere(tool: Tool): boolean {
  const known = found.get(tool)
  if (known !== undefined) return known
  const answer = process.platform === 'linux' && PROBES[tool]()
  found.set(tool, answer)
  return answer
}

const PROBES: Readonly<Record<Tool, () => boolean>> = {
  // Tracing may be forbidden although the program is there.
  strace: () => runs('strace', '-f', '--seccomp-bpf', '-qq', '-o', '/dev/null', '-e', 'trace=fsync', 'true'),
  gcc: () => runs('gcc', '--version'),
  faketime: () => runs('faketime', '2026-01-01 00:00:00', 'true'),
  'setpriv as root': () => runs('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'true'),
  mount: canMount,
  linux: () => true,
}

function runs(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'kitty-mount-'))
  try {
    if (!runs('mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder)) return false
    return runs('umount', folder)
  } finally {
    rmdirSync(folder)
  }
}
