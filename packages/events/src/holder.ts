/** Who has a package that is in a working lane: an actor, and the session where the claim names one. */
export interface Holder {
  readonly actor: string
  readonly session: string | null
}

// Format characters, variation selectors and other characters without ink: what makes two equal names look different.
const INVISIBLE =
  /[\p{Cc}\p{Cf}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\u{e0000}-\u{e0fff}]/gu
const PLAIN = /^[\x20-\x7e]*$/

/** What two spellings of one actor have in common: NFC without invisible characters, case kept. */
export function actorKey(actor: string): string {
  return PLAIN.test(actor) ? actor : actor.normalize('NFC').replace(INVISIBLE, '')
}

export function isSameActor(a: string, b: string): boolean {
  return actorKey(a) === actorKey(b)
}

/** The same actor in the same session. A claim without a session is not the claim of any session. */
export function isSameHolder(a: Holder, b: Holder): boolean {
  return isSameActor(a.actor, b.actor) && a.session === b.session
}
