import { laneName } from '../format.js'
import type { WorkPackageDocument } from './documents.js'
import { failureOf, write } from './server.js'
import { announce, current, type Grasp, update } from './store.js'

/** What a move may bring along where the workflow asks for it. */
export interface Reasons {
  readonly reason?: string
  readonly review_ref?: string
  readonly evidence?: string
}

/** The card as it is taken now. */
export function grasp(key: string): Grasp | undefined {
  const card = current().packages.get(key)
  return card && { key, from: card.lane }
}

/**
 * Asks the service to move a card, which stays where it is until the service has answered. The lane it was taken from is
 * the one expected, so that a card someone else has moved since stays theirs.
 */
export async function move({ key, from }: Grasp, to: string, reasons: Reasons = {}): Promise<void> {
  const card = current().packages.get(key)
  if (card === undefined || from === to || current().moving.has(key)) return
  const { feature, work_package } = card
  update({
    moving: new Set([...current().moving, key]),
    refusals: current().refusals.filter((refusal) => refusal.key !== key),
  })
  try {
    const { row } = await write<{ row: WorkPackageDocument }>('move', {
      feature,
      work_package,
      to,
      expect: from,
      ...reasons,
    })
    // The stream may have brought what came after it.
    if (current().packages.get(key) === card) update({ packages: new Map(current().packages).set(key, row) })
    announce(`${work_package} moved to ${laneName(to)}.`)
  } catch (error) {
    const { message, next_steps } = failureOf(error)
    update({ refusals: [...current().refusals, { key, to, message, next_steps }] })
    const { lane } = current().packages.get(key) ?? card
    announce(`${work_package} stays in ${laneName(lane)}. ${message}`)
  } finally {
    const moving = new Set(current().moving)
    moving.delete(key)
    update({ moving })
  }
}

export function dismiss(key: string): void {
  update({ refusals: current().refusals.filter((refusal) => refusal.key !== key) })
}

export const canMove = (): boolean => current().connection === 'live' && current().about?.read_only === false
