import { setVariable, shellWords } from '../platform/shell-words.js'
import { replaceHidden } from './invisible.js'
import type { NextStep } from './step.js'

export type { NextStep }

/**
 * A command to run. A name that is not plain text drops the command.
 * @param words the program, then its arguments
 * @param note when or why to run it: it follows the command as a comment
 * @returns one step, or none
 */
export function shownCommand(words: readonly string[], note = ''): NextStep[] {
  const line = commandLine(words)
  return line === undefined
    ? []
    : [{ text: note === '' ? line : `${line}   # ${oneLine(note)}`, argv: [...words] }]
}

/** Undefined when a word is not plain text. */
function commandLine(words: readonly string[]): string | undefined {
  return words.every(isPlain) ? shellWords(words, 'posix') : undefined
}

/**
 * The command at the end of a message.
 * @param after what joins it to the message
 * @returns an empty text when a word is not plain text
 */
export function toRun(words: readonly string[], after = ':'): string {
  const line = commandLine(words)
  return line === undefined ? '' : `${after} ${line}`
}

/**
 * Options to add to the command that failed, or a command with blanks in capital letters: there is nothing to run yet.
 * @returns one step, or none when a word is not plain text
 */
export function shownWords(words: readonly string[], note = ''): NextStep[] {
  return shownCommand(words, note).map(({ text }) => ({ text, argv: null }))
}

/** How to set a variable in this system's shell for the commands that follow. */
export function shownVariable(name: string, value: string, note: string): NextStep[] {
  return isPlain(value) ? [{ text: `${setVariable(name, value)}   # ${note}`, argv: null }] : []
}

/** A sentence that contains names: one that a shell or a reader might take for something else is put in quotes. */
export function sentence(
  parts: TemplateStringsArray,
  ...names: readonly (string | number | readonly string[])[]
): NextStep {
  const text = parts.reduce((said, part, at) => `${said}${shown(names[at - 1] ?? '')}${part}`)
  return { text, argv: null }
}

/** The step as this system's shell wants it: a person types it there. */
export function typedStep({ text, argv }: NextStep): string {
  if (argv === null) return text
  return `${shellWords(argv)}${text.slice(shellWords(argv, 'posix').length)}`
}

function shown(name: string | number | readonly string[]): string {
  if (typeof name === 'number') return String(name)
  if (typeof name !== 'string') return name.map(shown).join(', ')
  return /^[\p{L}\p{N}_@%+=:,./ ()\\~-]*$/u.test(name) ? name : JSON.stringify(name)
}

function oneLine(note: string): string {
  return replaceHidden(note.replaceAll(/\s+/g, ' '), () => '')
}

/** True without control or invisible characters or half of a character, and when an option carries no value of its own. */
function isPlain(word: string): boolean {
  const isOption = word.startsWith('-') && !/^(?:--?[a-z][a-z-]*|--)$/i.test(word)
  // In Unicode mode the two halves of a character are one: only half of one is a surrogate.
  const isText = !/[\t\n\r\p{Surrogate}]/u.test(word)
  return word !== '' && !isOption && isText && replaceHidden(word, () => '') === word
}
