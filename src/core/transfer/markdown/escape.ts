import { singleLine } from '../text.js'

/** Text on one line that Markdown shows as it is: no markup, no HTML, no mention that notifies a person. */
export function markdownText(text: string): string {
  return singleLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_{}[\]|#~!]/g, (char) => `\\${char}`)
    .replaceAll('@', '@\u200b')
}
