import { shellWords } from '../platform/shell-words.js'
import { replaceHidden } from './invisible.js'

/**
 * A command line for people and agents to run, as next steps: agents do what they read here. Each word is quoted for the
 * shell at hand, so that a name from a repository (`WP01; touch x`) stays one word. A name that is not plain text leaves
 * the command out.
 * @param before what stands in front of it, as `look at it: `
 * @returns one step, or none
 */
export function shownCommand(words: readonly string[], before = ''): string[] {
  return words.every(isPlain) ? [`${before}${shellWords(words)}`] : []
}

/** Without control and invisible characters, and no option that carries a value of its own. */
function isPlain(word: string): boolean {
  const isOption = word.startsWith('-') && !/^(?:--?[a-z][a-z-]*|--)$/i.test(word)
  return word !== '' && !isOption && !/[\t\n\r]/.test(word) && replaceHidden(word, () => '') === word
}
