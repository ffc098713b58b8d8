import { standardOutput } from '../standard-output.js'
import { oneLine } from '../render/strip-control.js'
import { candidatesFor, type ValueKind, type Values } from './candidates.js'
import { knownCommands } from './known-commands.js'
import { projectValues } from './project-values.js'

/** Says to the shell's script that the names of files are meant. */
const FILES = '@files'

/**
 * Answers `kitty autocomplete words -- WORD…`, which the shell's script asks at every tab: one candidate a line, with
 * what it is about after a tab. Whatever goes wrong, nothing is said: the line somebody is typing must stay whole.
 * @param argv Without node and script. @returns false when something else was asked.
 */
export function completeWords(argv: readonly string[]): boolean {
  const [command, words, separator, ...typed] = argv
  if (command !== 'autocomplete' || words !== 'words' || separator !== '--') return false
  try {
    const lines = linesFor(typed)
    if (lines.length > 0) standardOutput(1).write(`${lines.join('\n')}\n`)
  } catch {
    // Outside a workspace, or in one whose settings cannot be read: a command says so, a completion does not.
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
