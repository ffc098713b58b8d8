import { parentPort, workerData } from 'node:worker_threads'
import { Config } from '@oclif/core'
import { isKittyError } from '../../errors/kitty-error.js'
import { admit } from './admit-plugins.js'
import type { AdmissionAnswer, AdmissionData } from './admission.js'
import { installedPlugins } from './installed-plugins.js'
import { announceHost } from '../api-version.js'
import { loadDefinition } from './load-extensions.js'

/** The thread that tries a newly installed plugin. Started by admission.ts. */

// Cast: only admission.ts starts this module.
const { root, name } = workerData as AdmissionData

async function answer(): Promise<AdmissionAnswer> {
  try {
    announceHost()
    const config = await Config.load({ root, userPlugins: false, devPlugins: false })
    const all = installedPlugins(config.dataDir)
    for (const other of all) if (other.name !== name) await admit(config, other).catch(() => undefined)
    const plugin = all.find((one) => one.name === name)
    if (plugin === undefined) throw new Error('it is not among the installed plugins')
    const { version, commands, hasManifest } = await admit(config, plugin)
    await loadDefinition(plugin)
    return {
      admitted: {
        name,
        version,
        commands: commands.map(({ id }) => id.replaceAll(':', ' ')),
        has_manifest: hasManifest,
      },
    }
  } catch (error) {
    if (!isKittyError(error))
      return { refused: { message: error instanceof Error ? error.message : String(error) } }
    const { kind, message, nextSteps, context } = error
    return { refused: { kind, message, nextSteps, context } }
  }
}

parentPort?.postMessage(await answer())
