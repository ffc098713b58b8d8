import { changeFile } from '../files/put-over.js'
import { type Settings, readSettings } from './config.js'
import type { Workspace } from './workspace.js'

/**
 * Changes some of the settings in `config.json` and keeps the others, and what someone else saves there while kitty
 * changes it.
 * @param change gets what the file holds, and returns what it is to hold; undefined for nothing
 * @returns whether the file was written
 * @throws KittyError BadConfig when the file is no JSON object, and as {@link changeFile}
 */
export function changeSettings(
  { root, configFile }: Pick<Workspace, 'root' | 'configFile'>,
  change: (settings: Settings) => Settings | undefined,
): boolean {
  return changeFile(root, configFile, () => {
    const { bytes, settings } = readSettings(root, configFile)
    const changed = change(settings)
    if (changed === undefined) return undefined
    return { before: bytes, after: Buffer.from(`${JSON.stringify(changed, null, 2)}\n`) }
  })
}
