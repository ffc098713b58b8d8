import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where installed plugins live: oclif's `dataDir` of this program, told without loading oclif. */
export function dataFolder(
  env: Readonly<Record<string, string | undefined>>,
  platform: string = process.platform,
): string {
  const own = env['KITTY_DATA_DIR']
  if (own) return own
  const home = env['HOME'] || (platform === 'win32' ? env['USERPROFILE'] : undefined) || homedir()
  const base =
    env['XDG_DATA_HOME'] ||
    (platform === 'win32' ? env['LOCALAPPDATA'] : undefined) ||
    join(home, '.local', 'share')
  return join(base, 'kitty')
}
