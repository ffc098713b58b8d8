import { outlive, standardOutput } from '../standard-output.js'
import { oneLine } from '../render/strip-control.js'
import { candidatesFor, type ValueKind, type Values } from './candidates.js'
import { knownCommands } from './known-commands.js'
import { projectValues } from './project-values.js'

/** Tells the shell's script to complete file names. */
const FILES = '@files'

/**
 * Answers `kitty autocomplete words -- WORD…`, which the shell's script runs at every tab. Prints one candidate per
 * line, with its description after a tab. Prints nothing when anything fails: a message would corrupt the line the user
 * is typing.
 * @param argv Without node and script.
 * @returns false when the command line asks for something else
 */
export function completeWords(argv: readonly string[]): boolean {
  const [command, words, separator, ...typed] = argv
  if (command !== 'autocomplete' || words !== 'words' || separator !== '--') return false
  try {
    const lines = linesFor(typed)
    const output = standardOutput(1)
    outlive(output)
    if (lines.length > 0) output.write(`${lines.join('\n')}\n`)
  } catch {
    // Outside a workspace, or its settings are unreadable. Commands report that; completion does not.
  }
  return true
}

function linesFor(typed: readonly string[]): string[] {
  const asked: ValueKind[] = []
  const project = projectValues({ cwd: process.cwd(), env: process.env })
  const values: Values = (kind, feature) => {
    asked.push(kind)
    return project(kind, feature)
  }
  const found = candidatesFor(typed, knownCommands(process.env), values)
  if (asked.includes('file')) return [FILES]
  return found.map(({ value, description }) => `${oneLine(value)}\t${oneLine(description)}`)
}
