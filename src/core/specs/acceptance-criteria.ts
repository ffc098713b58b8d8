/** The items of a work package's acceptance criteria, as its file lists them. */

export interface Criterion {
  readonly text: string
  /** Whether its box is ticked; null for an item without a box. */
  readonly done: boolean | null
}

const HEADING = /^ {0,3}(#{1,6})[ \t]{1,9}(\S.{0,200})$/
const CRITERIA = /\b(?:acceptance|success|done) criteria\b|\bdefinition of done\b|^done when\b/i
const ITEM = /^[ \t]{0,3}(?:[-*+]|\d{1,9}[.)])[ \t]{1,8}(?:\[([ xX])\][ \t]{1,8})?(\S.*)$/

/** @param body the file without its front matter */
export function acceptanceCriteria(body: string): Criterion[] {
  const criteria: Criterion[] = []
  let level = 0
  for (const line of body.split(/\r?\n/)) {
    const [, hashes, title = ''] = HEADING.exec(line) ?? []
    if (hashes !== undefined) {
      if (CRITERIA.test(title)) level = hashes.length
      else if (hashes.length <= level) level = 0
      continue
    }
    const [, mark, text] = level > 0 ? (ITEM.exec(line) ?? []) : []
    if (text !== undefined)
      criteria.push({ text: text.trim(), done: mark === undefined ? null : mark !== ' ' })
  }
  return criteria
}
