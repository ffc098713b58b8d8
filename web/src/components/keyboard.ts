import { laneName } from '../format.js'
import { canMove, move } from '../state/moves.js'
import { announce, current, update } from '../state/store.js'

const STEP: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }

/** Moves a card by the keyboard alone: Space takes and drops it, arrows choose a lane, Escape puts it back. */
export function cardKeys(event: KeyboardEvent, key: string): void {
  if (event.altKey || event.ctrlKey || event.metaKey) return
  const { taken } = current()
  const isTaken = taken?.key === key
  if (event.key === ' ') {
    event.preventDefault()
    if (isTaken) drop()
    else take(key)
  } else if (isTaken && event.key === 'Escape') putBack()
  else if (isTaken && STEP[event.key] !== undefined) {
    event.preventDefault()
    choose(STEP[event.key] ?? 0)
  } else if (STEP[event.key] !== undefined) {
    event.preventDefault()
    walk(event)
  }
}

function take(key: string): void {
  const card = current().packages.get(key)
  if (card === undefined) return
  if (!canMove()) return announce('Nothing can be moved now.')
  update({ taken: { key, from: card.lane, over: card.lane } })
  announce(
    `${card.work_package} taken from ${laneName(card.lane)}. Arrows choose a lane, Space drops it, Escape puts it back.`,
  )
}

function choose(step: number): void {
  const { taken, about } = current()
  if (taken === undefined || about === undefined) return
  const at = about.lanes.indexOf(taken.over) + step
  const over = about.lanes[Math.max(0, Math.min(about.lanes.length - 1, at))] ?? taken.over
  update({ taken: { ...taken, over } })
  const lanes = cardOf(taken.key)?.closest('.lanes')
  lanes
    ?.querySelector(`[data-lane="${CSS.escape(over)}"]`)
    ?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  announce(`Over ${laneName(over)}, lane ${about.lanes.indexOf(over) + 1} of ${about.lanes.length}.`)
}

function drop(): void {
  const { taken } = current()
  update({ taken: undefined })
  if (taken === undefined) return
  if (taken.over === taken.from) return announce(`Dropped where it was, in ${laneName(taken.from)}.`)
  announce(`Dropped on ${laneName(taken.over)}, waiting for the answer.`)
  void move(taken, taken.over).then(() => focusCard(taken.key))
}

function putBack(): void {
  const { taken } = current()
  update({ taken: undefined })
  if (taken !== undefined) announce(`Put back in ${laneName(taken.from)}.`)
}

/** Holds on to a card that has been drawn again in another lane. */
export function focusCard(key: string): void {
  requestAnimationFrame(() => linkOf(cardOf(key))?.focus())
}

/** Gives the focus to a card if what had it is gone, as when the card is drawn again in another lane. */
export function keepFocus(key: string): void {
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) focusCard(key)
  })
}

function cardOf(key: string): Element | null {
  return document.querySelector(`[data-key="${CSS.escape(key)}"]`)
}

/** Goes to the card above or below, or to one in the next lane. */
function walk({ key, currentTarget }: KeyboardEvent): void {
  const card = currentTarget instanceof Element ? currentTarget.closest('.card') : null
  if (card === null) return
  if (key === 'ArrowUp') return linkOf(card.previousElementSibling)?.focus()
  if (key === 'ArrowDown') return linkOf(card.nextElementSibling)?.focus()
  const own = [...(card.parentElement?.children ?? [])].indexOf(card)
  let lane = card.closest('.lane')
  while (lane !== null) {
    lane = key === 'ArrowLeft' ? lane.previousElementSibling : lane.nextElementSibling
    const cards = lane?.querySelectorAll('.card') ?? []
    if (cards.length > 0) return linkOf(cards[Math.min(own, cards.length - 1)] ?? null)?.focus()
  }
}

function linkOf(card: Element | null): HTMLElement | null {
  return card?.querySelector<HTMLElement>('.title') ?? null
}
