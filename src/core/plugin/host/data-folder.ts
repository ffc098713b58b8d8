import { join } from 'node:path'
import { homeFolder } from '../../platform/home-folder.js'
import { PLATFORM } from '../../platform/system.js'

/** Where plugins are installed: this program's `dataDir` in oclif, computed without loading oclif. */
export function dataFolder(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = PLATFORM,
): string {
  const own = env['KITTY_DATA_DIR']
  if (own) return own
  const home = homeFolder(env, platform)
  const base =
    env['XDG_DATA_HOME'] ||
    (platform === 'win32' ? env['LOCALAPPDATA'] : undefined) ||
    join(home, '.local', 'share')
  return join(base, 'kitty')
}
