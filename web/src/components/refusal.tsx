import { h } from 'preact'
import { dismiss, grasp } from '../state/moves.js'
import { type Refusal, update } from '../state/store.js'
import { NextSteps } from './next-steps.js'

/** Why a card is not in this lane, where it was dropped. */
export function RefusalNote({ refusal: { key, message, next_steps } }: { refusal: Refusal }): h.JSX.Element {
  return (
    <div class="refusal" role="alert">
      <p>{message}</p>
      <NextSteps steps={next_steps} />
      <p class="actions">
        <button onClick={() => update({ menu: grasp(key) })}>Move to …</button>
        <button onClick={() => dismiss(key)}>Dismiss</button>
      </p>
    </div>
  )
}
