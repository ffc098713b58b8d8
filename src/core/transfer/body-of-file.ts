import { block } from './text.js'

const FRONT_MATTER = /^\ufeff?---[ \t]*\r?\n[\s\S]*?\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/

/** Returns a Markdown file's text without its front matter. */
export function bodyOfFile(text: string): string {
  const match = FRONT_MATTER.exec(text)
  return block(match === null ? text : text.slice(match[0].length)).trim()
}
