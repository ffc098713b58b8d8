import {
  draggable,
  dropTargetForElements,
  monitorForElements,
} from '@atlaskit/pragmatic-drag-and-drop/adapter/element-adapter'
import { canMove, grasp, move } from '../state/moves.js'

/** Cards that can be dragged already. Most are never touched: each is registered when it is. */
const ready = new WeakSet<HTMLElement>()

export function dragOnPointerDown(element: HTMLElement, key: string): void {
  if (ready.has(element)) return
  ready.add(element)
  draggable({ element, canDrag: canMove, getInitialData: () => ({ ...grasp(key) }) })
}

/** Makes a lane a place to drop cards on. @param over told whether a card is above it */
export function dropLane(element: HTMLElement, lane: string, over: (isOver: boolean) => void): () => void {
  return dropTargetForElements({
    element,
    getData: () => ({ lane }),
    onDragEnter: () => over(true),
    onDragLeave: () => over(false),
    onDrop: () => over(false),
  })
}

/** Moves what is dropped on a lane. */
export function watchDrops(): () => void {
  return monitorForElements({
    onDrop: ({ source, location }) => {
      const { key, from } = source.data
      const lane = location.current.dropTargets[0]?.data['lane']
      if (typeof key === 'string' && typeof from === 'string' && typeof lane === 'string')
        void move({ key, from }, lane)
    },
  })
}
