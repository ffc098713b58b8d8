import { constants } from 'node:os'

/** An error as Node makes it of a failed system call. */
export function systemError(code: string, syscall: string, path: string): NodeJS.ErrnoException {
  const errno = constants.errno[code as keyof typeof constants.errno] as number | undefined
  const { stackTraceLimit } = Error
  // Most are answers that a file is not there: a trace for each would take longer than all else.
  if (code === 'ENOENT') Error.stackTraceLimit = 0
  const error = new Error(`${code}: ${syscall} '${path}'`)
  Error.stackTraceLimit = stackTraceLimit
  return Object.assign(error, { code, syscall, path, ...(errno !== undefined && { errno: -errno }) })
}
