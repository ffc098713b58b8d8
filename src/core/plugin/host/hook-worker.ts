import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import type { LogEvent } from '../../events-lib.js'
import type { AfterEventsHook, HookContext } from '../after-events-hook.js'
import { announceHost } from '../api-version.js'
import { isDefinition, type StampedDefinition } from '../definition.js'
import type { HookAnswer, HookThreadData } from './hook-thread.js'
import { installHostContainer, type Resolver, resolverOf } from '../../token.js'

/** The thread that delivers events to one hook. Started by hook-thread.ts, the only module that posts to it. */

// Cast: only hook-thread.ts starts this module.
const { module, hook: name, root } = workerData as HookThreadData
const context: HookContext = { root, resolve: async (token) => (await resolverOf({})).resolve(token) }

try {
  const hook = await load()
  parentPort?.on('message', (events: readonly LogEvent[]) => void tell(hook, events))
  answer({ done: true })
} catch (error) {
  answer({ failed: reasonOf(error) })
}

async function load(): Promise<AfterEventsHook> {
  announceHost()
  const { default: definition } = (await import(pathToFileURL(module).href)) as { default?: unknown }
  if (!isDefinition(definition)) throw new Error('its definition is not made by definePlugin')
  installHostContainer(() => ownContainer(definition))
  const hook = definition.afterEvents?.find((one) => one.name === name)
  if (hook === undefined) throw new Error(`its definition has no hook ${name} any more`)
  return hook
}

async function tell(hook: AfterEventsHook, events: readonly LogEvent[]): Promise<void> {
  try {
    await hook.handle(events, context)
    answer({ done: true })
  } catch (error) {
    answer({ failed: reasonOf(error) })
  }
}

/**
 * Created when a hook asks for a service, which most never do. It knows only the hook's own event types and runs no
 * hooks, which is the command's job.
 */
async function ownContainer(definition: StampedDefinition): Promise<Resolver> {
  const [{ createContainer }, { processSession }, { extensionsOf }] = await Promise.all([
    import('../../di/container.js'),
    import('../../cli/process-session.js'),
    import('./extensions.js'),
  ])
  return createContainer(processSession(), { ...extensionsOf([{ definition, module }]), hooks: [] })
}

function answer(answer: HookAnswer): void {
  parentPort?.postMessage(answer)
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
