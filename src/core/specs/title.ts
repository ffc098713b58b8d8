/** A work package's title if its front matter has none: a heading from its text. */

interface Heading {
  readonly level: number
  readonly text: string
}

/** The first level-1 heading, or else the first heading of any level, without the ID that it often begins with. */
export function headingTitle(body: string, id: string): string | undefined {
  let first: Heading | undefined
  for (const heading of headings(body)) {
    first ??= heading
    if (heading.level > 1) continue
    first = heading
    break
  }
  return first?.text
    .replace(/^work package(?: prompt)?:?\s{0,9}/i, '')
    .replace(new RegExp(`^${id}\\s?[:–—-]\\s?`, 'i'), '')
}

/** Headings outside of fenced code and comments. */
function* headings(body: string): Generator<Heading> {
  let fence: string | undefined
  let inComment = false
  for (const line of body.split('\n')) {
    const marker = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1]
    if (fence !== undefined) {
      if (marker?.startsWith(fence) === true) fence = undefined
      continue
    }
    if (!inComment && marker !== undefined) fence = marker
    if (inComment || line.trimStart().startsWith('<!--')) inComment = !line.includes('-->')
    else if (fence === undefined) {
      const [, hashes, text] = /^ {0,3}(#{1,6})[ \t]{1,9}(\S.{0,400})/.exec(line) ?? []
      if (hashes !== undefined && text !== undefined)
        yield { level: hashes.length, text: text.replace(/[ \t]{1,9}#{1,9}[ \t]{0,9}$/, '').trim() }
    }
  }
}
