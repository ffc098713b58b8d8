import type { Reporter, TestCase, TestModule } from 'vitest/node'
import { ELSEWHERE } from './elsewhere.js'
import { type FaultRecord, FULL } from './fault.js'

/** So many faults are tried when all of them are. */
const MOST = 50

/** Prints each fault by its number: what was injected, what was found, what was expected. */
export default class FaultReport implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const found = modules.flatMap((module) => [...module.children.allTests()]).flatMap(recorded)
    // A selection by name is no whole list.
    const others = FULL && found.length >= MOST ? ELSEWHERE : []
    const lines = [
      ...found.map((one) => ({ number: one.fault.number, line: lineOf(one) })),
      ...others.map(({ number, title, where }) => ({
        number,
        line: `${headOf(number, title)}\n      tried by: ${where}`,
      })),
    ]
      .sort((a, b) => a.number - b.number)
      .map(({ line }) => line)
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

function headOf(number: number, title: string): string {
  return `${String(number).padStart(3)} ${title}`
}

function lineOf({ fault, test }: Recorded): string {
  const name = headOf(fault.number, fault.title)
  if (fault.skipped !== undefined) return `${name}\n      SKIPPED: ${fault.skipped}`
  if (fault.finding !== undefined) {
    const { injected, found, expected } = fault.finding
    return `${name}\n      injected: ${injected}\n      found:    ${found}\n      expected: ${expected}`
  }
  const [error] = test.result().errors ?? []
  return `${name}\n      FAILED: ${error?.message.split('\n')[0] ?? test.result().state}`
}
