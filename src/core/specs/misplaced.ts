/**
 * Detects front matter that does not begin the file. Read as Markdown it would mean "no dependencies", so such a file
 * is refused. A block between rules without any of kitty's keys counts as Markdown.
 */
import type { Problem } from './value.js'

const KITTY_KEY = /^["']?(?:work_package_id|title|dependencies|subtasks|lane)["']?[ \t]*[:=]/
const ANY_KEY = /^["']?[A-Za-z][\w-]{0,63}["']?[ \t]*[:=](?:[ \t]|$)/
const FENCE = /^(?:```|~~~)/
const RULE = /^(?:-{3,}|\+{3,})$/

/** Finds front matter in a file that does not start with it, or returns undefined. */
export function misplacedFrontMatter(text: string): Problem | undefined {
  const lines = text.split('\n').map(withoutComment)
  const first = lines.findIndex((line) => line !== '' && !FENCE.test(line))
  if (KITTY_KEY.test(lines[first] ?? ''))
    return { line: first + 1, problem: 'its front matter has no first line: put "---" above it' }
  const rules = lines.flatMap((line, at) => (RULE.test(line) ? [at] : []))
  const opening = rules.find((rule, index) => isBlock(lines.slice(rule + 1, rules[index + 1])))
  return opening === undefined
    ? undefined
    : { line: opening + 1, problem: `its front matter ${placeOf(lines, opening)}` }
}

/** True if the lines between two rules are keys and at least one is kitty's. */
function isBlock(lines: readonly string[]): boolean {
  const top = lines.find((line) => line !== '' && !line.startsWith('#'))
  return top !== undefined && ANY_KEY.test(top) && lines.some((line) => KITTY_KEY.test(line))
}

function placeOf(lines: readonly string[], at: number): string {
  const opening = lines[at] ?? ''
  if (opening.startsWith('+')) return 'is between "+++" lines, which is TOML: write YAML between "---" lines'
  if (at === 0 && opening.length > 3) return `opens with "${opening.slice(0, 20)}": write three dashes`
  if (isInFence(lines, at)) return 'stands in a code fence: put it on the first line, outside of it'
  return 'does not begin the file: put its "---" on the first line, with nothing before it'
}

function isInFence(lines: readonly string[], at: number): boolean {
  return lines.slice(0, at).filter((line) => FENCE.test(line)).length % 2 === 1
}

/** The line without surrounding blanks and without the comment marker at its start. */
function withoutComment(line: string): string {
  const text = line.replace('\uFEFF', '').trim()
  const end = text.startsWith('<!--') ? text.indexOf('-->') : -1
  return end === -1 ? text : text.slice(end + 3).trim()
}
