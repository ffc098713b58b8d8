/** True where there are FIFOs, file modes and a POSIX shell. Tests that need them are skipped elsewhere, and say so. */
export const POSIX = process.platform !== 'win32'

if (!POSIX) process.stderr.write('skipped: what needs FIFOs, modes of files or a POSIX shell\n')
