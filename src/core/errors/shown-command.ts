import { shellWords } from '../platform/shell-words.js'
import { replaceHidden } from './invisible.js'

/**
 * A command line for people and agents to run, as next steps: agents run what they read here. Each word is quoted for
 * the current shell, so that a name from a repository (`WP01; touch x`) stays one word. A name that is not plain text
 * drops the command.
 * @param before text before the command, such as `look at it: `
 * @returns one step, or none
 */
export function shownCommand(words: readonly string[], before = ''): string[] {
  return words.every(isPlain) ? [`${before}${shellWords(words)}`] : []
}

/** True without control or invisible characters, and when an option carries no value of its own. */
function isPlain(word: string): boolean {
  const isOption = word.startsWith('-') && !/^(?:--?[a-z][a-z-]*|--)$/i.test(word)
  return word !== '' && !isOption && !/[\t\n\r]/.test(word) && replaceHidden(word, () => '') === word
}
