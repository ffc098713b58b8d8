import { execFileSync } from 'node:child_process'
import { expect } from 'vitest'
import { type Run, UNSEEN } from './victim.js'

interface Step {
  readonly text: string
  readonly argv: readonly string[]
}

/** Every command in a document: in `next_steps` wherever they are, and in `more`. */
function stepsIn(value: unknown): Step[] {
  if (Array.isArray(value)) return value.flatMap(stepsIn)
  if (typeof value !== 'object' || value === null) return []
  const { text, argv } = value as Partial<Step> // an object of a document: the keys are looked at below
  const own = typeof text === 'string' && Array.isArray(argv) ? [{ text, argv }] : []
  return [...own, ...Object.values(value).flatMap(stepsIn)]
}

/**
 * The commands that a run with `--json` shows. Fails unless a POSIX shell takes each text for the words of its `argv`.
 */
export function shellSteps({ stdout, args }: Run): Step[] {
  if (stdout === '') return []
  const steps = stdout
    .split('\n')
    .filter(Boolean)
    .flatMap((line) => stepsIn(JSON.parse(line)))
  if (steps.length === 0) return []
  const script = steps.map(({ text }) => `words ${text}`).join('\nprintf "\\001"\n')
  expect(UNSEEN.exec(script)?.[0], args.join(' ')).toBeUndefined()
  // The function prints its words: nothing of what is shown is run, unless a word of it escapes its quotes.
  const said = execFileSync('/bin/sh', ['-c', `words() { printf '%s\\000' "$@"; }\n${script}`], {
    encoding: 'utf8',
    cwd: '/',
    env: { PATH: '/nonexistent' },
  })
  const words = said.split('\u0001').map((line) => line.split('\0').slice(0, -1))
  expect(words, args.join(' ')).toEqual(steps.map(({ argv }) => argv))
  return steps
}
