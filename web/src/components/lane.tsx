import { h } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { laneName } from '../format.js'
import { contested } from '../state/board.js'
import type { About } from '../state/documents.js'
import { useStore } from '../state/store.js'
import { Card } from './card.js'
import { dropLane } from './drag.js'
import { ForeignLane } from './foreign-lane.js'
import { laneColor } from './lane-colors.js'
import { More, PAGE } from './more.js'
import { RefusalNote } from './refusal.js'

interface LaneProps {
  readonly about: About
  readonly lane: string
  readonly keys: readonly string[]
  /** The feature whose row the lane is in, where features are rows. */
  readonly slug?: string
}

export function Lane({ about, lane, keys, slug }: LaneProps): h.JSX.Element {
  const element = useRef<HTMLDivElement>(null)
  const [shown, show] = useState(PAGE)
  const [isOver, setOver] = useState(false)
  const open = useStore(contested)
  const isOurs = (key: string): boolean => slug === undefined || key.startsWith(`${slug}/`)
  const refusals = useStore((state) => state.refusals)
  const taken = useStore(({ taken: one }) => (one?.over === lane && isOurs(one.key) ? one : undefined))
  useEffect(() => (element.current === null ? undefined : dropLane(element.current, lane, setOver)), [lane])
  const isGhost = taken !== undefined && taken.from !== lane
  const first = keys.filter((key) => open.has(key))
  const sorted = first.length === 0 ? keys : [...first, ...keys.filter((key) => !open.has(key))]
  const name = laneName(lane)
  return (
    <div
      ref={element}
      role="group"
      class={`lane${isOver || isGhost ? ' over' : ''}${keys.length === 0 ? ' bare' : ''}`}
      style={{ '--lane': laneColor(about, lane) }}
      aria-label={name}
      data-lane={lane}
    >
      <h2>
        {name} <span class="number">{keys.length}</span>
      </h2>
      <ForeignLane about={about} lane={lane} />
      {refusals.map(
        (refusal) =>
          refusal.to === lane && isOurs(refusal.key) && <RefusalNote key={refusal.key} refusal={refusal} />,
      )}
      {isGhost && <div class="ghost">{taken.key.split('/')[1]}</div>}
      <ul>
        {sorted.slice(0, shown).map((key) => (
          <Card key={key} id={key} />
        ))}
      </ul>
      <More shown={shown} total={keys.length} show={show} />
    </div>
  )
}
