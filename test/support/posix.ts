/** FIFOs, the modes of files, and a shell. What needs them is skipped where they are not, with a line. */
export const POSIX = process.platform !== 'win32'

if (!POSIX) process.stderr.write('skipped: what needs FIFOs, modes of files or a POSIX shell\n')
