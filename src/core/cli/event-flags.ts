import { Flags } from '@oclif/core'
import { featureFlag } from './flags.js'

/** Flags that select events, shared by the commands that list or follow them. */
export const eventFlags = {
  entity: Flags.string({ summary: 'Only this entity: a work package, a gate, a feature.', helpValue: 'ID' }),
  type: Flags.string({ summary: 'Only this event type.', helpValue: 'TYPE' }),
  feature: featureFlag,
  actor: Flags.string({ summary: 'Only what this actor did.', helpValue: 'NAME' }),
  causation: Flags.string({ summary: 'Only what this operation caused.', helpValue: 'ID' }),
  correlation: Flags.string({ summary: 'Only what belongs to this session or run.', helpValue: 'ID' }),
}
