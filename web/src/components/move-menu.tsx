import { h } from 'preact'
import { useState } from 'preact/hooks'
import { laneName } from '../format.js'
import type { About, WorkPackageDocument } from '../state/documents.js'
import { move, type Reasons } from '../state/moves.js'
import { type Grasp, update, useStore } from '../state/store.js'
import { keepFocus } from './keyboard.js'
import { laneColor } from './lane-colors.js'
import { Modal } from './modal.js'

/** "Move to …": every lane, the ones the workflow opens first, with what it asks for. */
export function MoveMenu(): h.JSX.Element | null {
  const menu = useStore((state) => state.menu)
  const card = useStore(({ packages }) => (menu === undefined ? undefined : packages.get(menu.key)))
  const about = useStore((state) => state.about)
  if (menu === undefined || card === undefined || about === undefined) return null
  return <Menu key={menu.key} about={about} card={card} taken={menu} />
}

const close = (): void => update({ menu: undefined })

/** Guards of a workflow that want words, and the words they want. */
const ASKED = [
  ['reason', /reason/, 'Reason'],
  ['review_ref', /review_ref/, 'Review it answers to'],
  ['evidence', /evidence/, 'Evidence'],
] as const

interface MenuProps {
  readonly about: About
  readonly card: WorkPackageDocument
  readonly taken: Grasp
}

function Menu({ about, card, taken }: MenuProps): h.JSX.Element {
  const [reasons, give] = useState<Reasons>({})
  const isOff = useStore(({ connection }) => connection !== 'live') || about.read_only
  const open = about.moves[taken.from] ?? []
  const guards = open.flatMap(({ requires }) => requires).join(' ')
  const others = about.lanes.filter((lane) => lane !== taken.from && !open.some(({ to }) => to === lane))
  const lane = (to: string): h.JSX.Element => (
    <button
      key={to}
      class="choice"
      style={{ '--lane': laneColor(about, to) }}
      disabled={isOff}
      onClick={() => {
        close()
        void move(taken, to, reasons).then(() => keepFocus(taken.key))
      }}
    >
      {laneName(to)}
    </button>
  )
  return (
    <Modal label={`Move ${card.work_package}`} card={taken.key} kind="menu" close={close}>
      <h2>
        Move {card.work_package} <small>from {laneName(taken.from)}</small>
      </h2>
      {isOff && (
        <p>{about.read_only ? 'This board is read only.' : 'Not connected: nothing can be moved.'}</p>
      )}
      {open.map(({ to }) => lane(to))}
      {ASKED.map(
        ([name, asks, label]) =>
          (name === 'reason' || asks.test(guards)) && (
            <label key={name}>
              {label}
              <input onInput={({ currentTarget }) => give({ ...reasons, [name]: currentTarget.value })} />
            </label>
          ),
      )}
      {others.length > 0 && (
        <details>
          <summary>Other lanes</summary>
          {others.map(lane)}
        </details>
      )}
    </Modal>
  )
}
