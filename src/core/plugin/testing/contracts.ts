import { deepStrictEqual, ok } from 'node:assert/strict'
import { emptyWorkPackage, type LogEvent, type MoveFacts } from '../../events-lib.js'
import type { Draft } from '../../store/event-store.js'
import { definitionFault, type StampedDefinition } from '../definition.js'
import { extensionsOf } from '../host/extensions.js'
import type { Projection } from '../projection.js'
import { type Promised, promised } from './promised.js'
import { reread, stamped } from './stamped.js'

export interface PluginSamples {
  /** At least one event of every type that the plugin defines. */
  readonly drafts?: readonly Draft[]
}

/** What every plugin's definition must satisfy. */
export function pluginContract(
  definition: StampedDefinition,
  { drafts = [] }: PluginSamples = {},
): Promised[] {
  const { registry } = extensionsOf([{ definition, module: '' }])
  const types = definition.eventTypes ?? []
  return [
    promised('its names are its own', () => deepStrictEqual(definitionFault(definition), undefined)),
    ...types.map(({ type }) =>
      promised(`there is a sample of ${type}`, () => ok(drafts.some((draft) => draft.event_type === type))),
    ),
    ...drafts.map((draft) =>
      promised(`${draft.event_type} comes back out of the log as it went in`, () => {
        const [event] = stamped([draft], { eventTypes: types })
        ok(event !== undefined)
        deepStrictEqual(reread(event, registry), event)
      }),
    ),
    ...types.map((type) =>
      promised(`${type.type} refuses a payload that is not its own`, () => {
        const faults: string[] = []
        type.schema.check(
          { feature_slug: '001-x', 'not a key of it': true },
          'payload',
          'write',
          (path) => void faults.push(path),
        )
        ok(faults.length > 0, 'nothing was found wrong with a stray key')
      }),
    ),
    ...(definition.moveChecks ?? []).map((moveCheck) =>
      promised(`${moveCheck.name} answers any move, and the same move alike`, () => {
        for (const facts of MOVES) deepStrictEqual(moveCheck.check(facts), moveCheck.check(facts))
      }),
    ),
  ]
}

/** What every projection must satisfy, checked with events that it handles. */
export function projectionContract<State>(
  projection: Projection<State>,
  events: readonly LogEvent[],
): Promised[] {
  const fold = (some: readonly LogEvent[]): State =>
    some.reduce((state, event) => projection.apply(state, event), projection.initial())
  return [
    promised(`${projection.name} changes neither its state nor the events`, () => {
      const before = structuredClone(events)
      let state = projection.initial()
      for (const event of events) {
        const kept = structuredClone(state)
        const next = projection.apply(state, event)
        deepStrictEqual(state, kept)
        state = next
      }
      deepStrictEqual(events, before)
    }),
    promised(`${projection.name} shows the same for the same events`, () =>
      deepStrictEqual(fold(events), fold(structuredClone(events))),
    ),
    promised(`${projection.name} passes over what it does not know`, () => {
      const [stranger] = stamped([
        {
          event_type: 'x.stranger.Happened',
          entity_id: '001-x',
          entity_type: 'FeatureSpec',
          payload: { feature_slug: '001-x' },
        },
      ])
      ok(stranger !== undefined)
      deepStrictEqual(projection.apply(fold(events), stranger), fold(events))
    }),
  ]
}

const STATE = emptyWorkPackage('001-x', 'WP01')
const MOVES: readonly MoveFacts[] = ['doing', 'for_review', 'done', 'no such lane'].map((to) => ({
  state: STATE,
  to,
  actor: 'ada',
  dependencies: [{ id: 'WP02', lane: null }],
}))
