import { join } from 'node:path'
import { homeFolder } from '../../platform/home-folder.js'

/** Where installed plugins live: oclif's `dataDir` of this program, told without loading oclif. */
export function dataFolder(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
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
