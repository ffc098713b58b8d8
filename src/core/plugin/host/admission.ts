import { Worker } from 'node:worker_threads'
import { type ErrorKind, KittyError } from '../../errors/kitty-error.js'
import { workerScript } from './worker-script.js'
import type { NextStep } from '../../errors/next-step.js'

export interface AdmittedPlugin {
  readonly name: string
  readonly version: string
  /** The commands as typed. */
  readonly commands: readonly string[]
  /** If false, every start of the program loads all of the plugin's commands to learn their names. */
  readonly has_manifest: boolean
}

export interface AdmissionData {
  /** Folder of the program's package. */
  readonly root: string
  /** Name of an installed plugin. */
  readonly name: string
}

interface Refusal {
  /** Absent if the failure is not one of kitty's own refusals. */
  readonly kind?: ErrorKind
  readonly message: string
  readonly nextSteps?: readonly (string | NextStep)[]
  readonly context?: Readonly<Record<string, unknown>>
}

export type AdmissionAnswer = { readonly admitted: AdmittedPlugin } | { readonly refused: Refusal }

const SCRIPT = workerScript('admission-worker')

/**
 * Tries a plugin as the next start of the program will. It does so in a separate thread, since this one caches a failed
 * module resolution from before the link to the program existed.
 * @throws KittyError ValidationError, or MissingDependency for another plugin API. Both name the plugin.
 */
export async function tryAdmission(data: AdmissionData): Promise<AdmittedPlugin> {
  const answer = await new Promise<AdmissionAnswer>((resolve) => {
    const worker = new Worker(SCRIPT, { workerData: data, stdout: true, stderr: true, execArgv: [] })
    // A plugin that prints while it is loaded must not wait for a reader.
    worker.stdout.resume()
    worker.stderr.resume()
    worker.once('message', (message: AdmissionAnswer) => {
      resolve(message)
      void worker.terminate()
    })
    worker.once('error', ({ message }) => resolve({ refused: { message } }))
    worker.once('exit', () => resolve({ refused: { message: 'it ends the program while it is loaded' } }))
  })
  if ('admitted' in answer) return answer.admitted
  throw refusal(data.name, answer.refused)
}

function refusal(name: string, { kind, message, nextSteps, context }: Refusal): KittyError {
  if (kind !== undefined)
    return new KittyError(kind, message, { ...(nextSteps && { nextSteps }), ...(context && { context }) })
  return new KittyError('ValidationError', `The plugin ${name} was not installed: ${message}`, {
    nextSteps: ['ask its author for a release that fits; docs/plugins.md says what a plugin may do'],
    context: { plugin: name },
  })
}
