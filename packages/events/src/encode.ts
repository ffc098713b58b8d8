import { EVENT_KEYS } from './event.js'

const ENVELOPE: ReadonlySet<string> = new Set(EVENT_KEYS)

/**
 * One line of the log: the envelope's keys in their order, then any extra ones in theirs, then `\n`.
 * Non-ASCII characters are not escaped; a key that holds undefined is left out.
 */
export function encodeEvent(event: object): string {
  // Built as text, since a plain object would move integer-like extra keys to the front and swallow `__proto__`.
  // Cast: any object may be read by key.
  const source = event as Readonly<Record<string, unknown>>
  const members: string[] = []
  for (const key of EVENT_KEYS) if (Object.hasOwn(source, key)) append(members, key, source[key])
  for (const key of Object.keys(source)) if (!ENVELOPE.has(key)) append(members, key, source[key])
  return `{${members.join(',')}}\n`
}

/** Length in bytes as UTF-8. */
export function utf8Length(text: string): number {
  let bytes = text.length
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit > 0x7f) bytes += 1
    // A surrogate counts as two bytes, so that a pair counts as four; any other unit above U+07FF counts as three.
    if (unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff)) bytes += 1
  }
  return bytes
}

function append(members: string[], key: string, value: unknown): void {
  // The declaration says string, but undefined and functions have no JSON.
  const json = JSON.stringify(value) as string | undefined
  if (json !== undefined) members.push(`${JSON.stringify(key)}:${json}`)
}
