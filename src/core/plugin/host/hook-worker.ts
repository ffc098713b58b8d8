import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import { processSession } from '../../cli/process-session.js'
import { createContainer } from '../../di/container.js'
import { installHostContainer, resolverOf } from '../../di/tokens.js'
import type { LogEvent } from '../../events-lib.js'
import type { HookContext } from '../after-events-hook.js'
import { announceHost } from '../api-version.js'
import { isDefinition } from '../definition.js'
import { extensionsOf } from './extensions.js'
import type { HookAnswer, HookThreadData } from './hook-thread.js'

/** The thread in which one hook is told of events. Started by hook-thread.ts. */

// Casts: hook-thread.ts alone starts this module, and posts events.
const { module, hook: name, root } = workerData as HookThreadData
const loading = load()
// Its rejection is the first batch's answer.
loading.catch(() => undefined)
parentPort?.on('message', (events: readonly LogEvent[]) => {
  void answerTo(events).then((answer) => parentPort?.postMessage(answer))
})

async function answerTo(events: readonly LogEvent[]): Promise<HookAnswer> {
  try {
    const hook = await loading
    await hook.handle(events, context)
    return { done: true }
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) }
  }
}

async function load() {
  announceHost()
  const { default: definition } = (await import(pathToFileURL(module).href)) as { default?: unknown }
  if (!isDefinition(definition)) throw new Error('its definition is not made by definePlugin')
  // Its own event types, so that it can write some; hooks are the command's to run.
  const extensions = { ...extensionsOf([{ definition, module }]), hooks: [] }
  installHostContainer(() => Promise.resolve(createContainer(processSession(), extensions)))
  const hook = definition.afterEvents?.find((one) => one.name === name)
  if (hook === undefined) throw new Error(`its definition has no hook ${name} any more`)
  return hook
}

const context: HookContext = { root, resolve: async (token) => (await resolverOf({})).resolve(token) }
