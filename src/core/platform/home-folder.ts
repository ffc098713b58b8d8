import { homedir, userInfo } from 'node:os'
import { systemCode } from '../errors/kitty-error.js'

/** Debian's home of users that have none. Only root can make it, so no one else can leave a plugin there. */
const NO_HOME = '/nonexistent'

type Env = Readonly<Record<string, string | undefined>>

/** The user's home. A user id without a name, as containers run with, has none unless HOME says so. */
export function homeFolder(env: Env, platform: NodeJS.Platform): string {
  const told = env['HOME'] || (platform === 'win32' ? env['USERPROFILE'] : undefined)
  if (told) return told
  try {
    return homedir()
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return NO_HOME
  }
}

/**
 * Gives a user without a name the variables that oclif and its libraries otherwise ask the system's list of users for,
 * and fail. On Windows, where a shell seldom says what it is, oclif would start a PowerShell to find out.
 */
export function ensureUser(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): void {
  if (!env['HOME'] && homeFolder(env, platform) === NO_HOME) env['HOME'] = NO_HOME
  if (env['SHELL'] === undefined && (platform === 'win32' || !hasEntry()))
    env['SHELL'] = platform === 'win32' ? (env['ComSpec'] ?? 'cmd.exe') : '/bin/sh'
}

/** Whether the system's list of users has this process's. */
function hasEntry(): boolean {
  try {
    userInfo()
    return true
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return false
  }
}
