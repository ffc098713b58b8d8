import { h } from 'preact'
import { useEffect } from 'preact/hooks'
import { featureName, plural } from '../format.js'
import { contested } from '../state/board.js'
import type { WorkPackageDocument } from '../state/documents.js'
import { grasp } from '../state/moves.js'
import { linkTo } from '../state/place.js'
import { current, update, useStore } from '../state/store.js'
import { Ago } from './ago.js'
import { dragOnPointerDown } from './drag.js'
import { Holder } from './holder.js'
import { cardKeys, focusCard } from './keyboard.js'
import { EndedLease } from './lease.js'
import { Priority } from './priority.js'

export function Card({ id }: { id: string }): h.JSX.Element | null {
  const card = useStore(({ packages }) => packages.get(id))
  const isMoving = useStore(({ moving }) => moving.has(id))
  const isTaken = useStore(({ taken }) => taken?.key === id)
  const isContested = useStore((state) => contested(state).has(id))
  // Another has moved it: the keys that drop it or put it back still have to reach it.
  useEffect(() => {
    if (isTaken) focusCard(id)
  }, [])
  if (card === undefined) return null
  const { feature, work_package, title, updated_at } = card
  return (
    <li
      class={`card${isMoving ? ' moving' : ''}${isTaken ? ' taken' : ''}${isContested ? ' contested' : ''}`}
      aria-busy={isMoving}
      data-key={id}
      onPointerDown={({ currentTarget }) => dragOnPointerDown(currentTarget, id)}
    >
      <p class="where">
        <b>{work_package}</b> <Priority value={card.priority} /> <span>{featureName(feature)}</span>
        <button
          class="menu"
          aria-label={`Move ${work_package} to …`}
          title="Move to …"
          onClick={() => update({ menu: grasp(id) })}
        >
          ⋯
        </button>
      </p>
      <a
        class="title"
        dir="auto"
        title={title}
        aria-describedby="keys"
        draggable={false}
        onKeyDown={(event) => cardKeys(event, id)}
        {...linkTo({ open: id })}
      >
        {title}
      </a>
      <Marks card={card} isContested={isContested} />
      <p class="foot">
        <Holder actor={card.actor} lease={card.lease} />
        <Counts card={card} />
        <Ago time={updated_at} />
      </p>
    </li>
  )
}

function Marks({
  card,
  isContested,
}: {
  card: WorkPackageDocument
  isContested: boolean
}): h.JSX.Element | null {
  const { blocked_by, tags, lane, lease, marks } = card
  const isWaiting = blocked_by.length > 0 && lane === current().about?.initial
  if (!isContested && !isWaiting && lease === null && tags.length === 0 && marks.length === 0) return null
  return (
    <p class="marks">
      {isContested && <span class="mark bad">conflict</span>}
      {isWaiting && <span class="mark wait">waits for {blocked_by.join(', ')}</span>}
      <EndedLease lease={lease} />
      {marks.map(({ mark, text }) => (
        <span key={mark} class="mark wait" title={text}>
          {mark}
        </span>
      ))}
      {tags.map((tag) => (
        <span key={tag} class="mark">
          {tag}
        </span>
      ))}
    </p>
  )
}

function Counts({ card: { subtasks, gates } }: { card: WorkPackageDocument }): h.JSX.Element {
  return (
    <span class="counts">
      {subtasks.total > 0 && (
        <span title={`${subtasks.done} of ${plural(subtasks.total, 'subtask')} ticked`}>
          ☑ {subtasks.done}/{subtasks.total}
        </span>
      )}
      {gates.total > 0 && (
        <span title={`${gates.passed} of ${plural(gates.total, 'gate')} passed`}>
          ◇ {gates.passed}/{gates.total}
        </span>
      )}
    </span>
  )
}
