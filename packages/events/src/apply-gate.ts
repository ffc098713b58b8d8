import type { Draft, Of } from './draft-state.js'
import type { GateState } from './work-package-state.js'

/** A gate is created, or has a result. */
export function setGate(draft: Draft, event: Of<'GateCreated'> | Of<'GateResultChanged'>): void {
  const before = draft.gates.find((gate) => gate.gate_id === event.entity_id)
  const next = gateAfter(before ?? emptyGate(event.entity_id), event)
  draft.gates =
    before === undefined ? [...draft.gates, next] : draft.gates.map((gate) => (gate === before ? next : gate))
}

function gateAfter(gate: GateState, event: Of<'GateCreated'> | Of<'GateResultChanged'>): GateState {
  if (event.event_type === 'GateCreated') return { ...gate, gate_type: event.payload.gate_type }
  const { new_status, result_data } = event.payload
  return {
    ...gate,
    status: new_status,
    event: event.event_id,
    actor: event.actor,
    updated_at: event.timestamp,
    result_data: result_data ?? null,
  }
}

function emptyGate(gate_id: string): GateState {
  return {
    gate_id,
    gate_type: null,
    status: 'pending',
    event: null,
    actor: null,
    updated_at: null,
    result_data: null,
  }
}
