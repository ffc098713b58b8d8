import { createInterface } from 'node:readline/promises'

/** Asks the person at the terminal a yes-or-no question. Only yes is yes. */
export async function agrees(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return /^\s*y(es)?\s*$/i.test(await terminal.question(`${question} [y/N] `))
  } finally {
    terminal.close()
  }
}
