import { singleLine } from '../text.js'

/** Escapes text to one line that Markdown shows literally: no markup, no HTML, no mention that notifies a person. */
export function markdownText(text: string): string {
  return singleLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_{}[\]|#~!]/g, (char) => `\\${char}`)
    .replaceAll('@', '@\u200b')
}
