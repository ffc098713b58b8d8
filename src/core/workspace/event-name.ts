/** This many characters of an event's start or end name it where they are unique. */
const SHORTEST = 6

/**
 * The IDs that a text can mean: the whole ID, or at least six characters of its start or end, in any case. IDs made within
 * minutes share their start, so the pages that shorten an ID show its end.
 */
export function eventsNamed(text: string, ids: readonly string[]): string[] {
  if (ids.includes(text)) return [text]
  if (text.length < SHORTEST) return []
  const part = text.toUpperCase()
  return [...new Set(ids)].filter((id) => {
    const spelled = id.toUpperCase()
    return spelled.startsWith(part) || spelled.endsWith(part)
  })
}

/** The shortest name of an event that its log's other events rarely have. */
export function shortEventName(id: string): string {
  return id.slice(-SHORTEST)
}
