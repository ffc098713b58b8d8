import type { Reporter, TestCase, TestModule } from 'vitest/node'
import type { FaultRecord } from './fault.js'

/** Prints each fault by its number: what was injected, what was found, what was expected. */
export default class FaultReport implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = modules
      .flatMap((module) => [...module.children.allTests()])
      .flatMap(recorded)
      .sort((a, b) => a.fault.number - b.fault.number)
      .map(lineOf)
    if (lines.length > 0) process.stdout.write(`\nFaults\n${lines.join('\n')}\n`)
  }
}

interface Recorded {
  readonly fault: FaultRecord
  readonly test: TestCase
}

function recorded(test: TestCase): Recorded[] {
  const { fault } = test.meta()
  return fault === undefined ? [] : [{ fault, test }]
}

function lineOf({ fault, test }: Recorded): string {
  const name = `${String(fault.number).padStart(3)} ${fault.title}`
  if (fault.skipped !== undefined) return `${name}\n      SKIPPED: ${fault.skipped}`
  if (fault.finding !== undefined) {
    const { injected, found, expected } = fault.finding
    return `${name}\n      injected: ${injected}\n      found:    ${found}\n      expected: ${expected}`
  }
  const [error] = test.result().errors ?? []
  return `${name}\n      FAILED: ${error?.message.split('\n')[0] ?? test.result().state}`
}
