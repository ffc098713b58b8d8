import type { TestProject } from 'vitest/node'
import { type Machine, turnOff, turnOn, windowsMachine } from './machine.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** Undefined where there can be none. */
    windows: Machine | undefined
  }
}

export default function setup(project: TestProject): () => void {
  const machine = windowsMachine()
  if (typeof machine === 'string') {
    process.stdout.write(`skipped: what runs on Wine: ${machine}\n`)
    project.provide('windows', undefined)
    return () => undefined
  }
  turnOn(machine)
  project.provide('windows', machine)
  return () => turnOff(machine)
}
