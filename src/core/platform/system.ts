/** Windows keeps files that are open from being replaced, opens no folder, and has no POSIX modes or signals. */
export const IS_WINDOWS = process.platform === 'win32'

/** The system and processor, as Node names them. */
export const PLATFORM: NodeJS.Platform = process.platform
