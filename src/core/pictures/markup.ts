/** Text for an element's content or a quoted attribute of HTML and SVG; what XML cannot hold is dropped. */
export function escaped(text: string): string {
  return (
    // A lone surrogate has no bytes in UTF-8.
    Buffer.from(text)
      .toString()
      // Exactly what XML 1.0 forbids.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;')
      .replace(/'/g, '&#39;')
  )
}

type Attributes = Readonly<Record<string, string | number | undefined>>

/** One element. Children are markup; texts go through `escaped` first. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const given = Object.entries(attributes)
    .flatMap(([key, value]) => (value === undefined ? [] : [` ${key}="${escaped(String(value))}"`]))
    .join('')
  return `<${name}${given}>${children.join('')}</${name}>`
}

/** `for_review` → For review */
export function laneName(lane: string): string {
  const words = lane.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
