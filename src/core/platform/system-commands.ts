import { PLATFORM } from './system.js'

/** Programs that a next step names, as words: every POSIX system has the one, Windows and its shells the other. */
export interface SystemCommands {
  lookAt(path: string): string[]
  lookAtProcess(pid: number): string[]
  setAside(path: string, to: string): string[]
  remove(path: string): string[]
  /** One command for each of them on Windows, which takes one path. @param rights as chmod(1) names them */
  makeWritable(paths: readonly string[], rights: string): string[][]
}

const POSIX: SystemCommands = {
  lookAt: (path) => ['ls', '-la', path],
  lookAtProcess: (pid) => ['ps', '-p', String(pid)],
  setAside: (path, to) => ['mv', path, to],
  remove: (path) => ['rm', path],
  makeWritable: (paths, rights) => [['chmod', rights, ...paths]],
}

// dir, move and del are words of cmd, and mean something else in PowerShell.
const WINDOWS: SystemCommands = {
  lookAt: (path) => ['cmd', '/c', 'dir', '/a', path],
  lookAtProcess: (pid) => ['tasklist', '/fi', `PID eq ${pid}`],
  setAside: (path, to) => ['cmd', '/c', 'move', path, to],
  remove: (path) => ['cmd', '/c', 'del', path],
  makeWritable: (paths) => paths.map((path) => ['attrib', '-r', path]),
}

export function systemCommands(platform: NodeJS.Platform = PLATFORM): SystemCommands {
  return platform === 'win32' ? WINDOWS : POSIX
}
