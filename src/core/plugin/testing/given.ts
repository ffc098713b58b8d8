import { deepStrictEqual, fail, match } from 'node:assert/strict'
import type { LogEvent } from '../../events-lib.js'
import type { Draft } from '../../store/event-store.js'
import type { Projection } from '../projection.js'
import { stamped, type StampOptions } from './stamped.js'

/** A rule that maps the events so far and a request to the events that follow. It refuses by throwing. */
export interface Decider<State, Input> {
  initial(): State
  evolve(state: State, event: LogEvent): State
  decide(state: State, input: Input): readonly Draft[]
}

export interface Outcome {
  /** @throws AssertionError unless exactly these events follow */
  then(...drafts: readonly Draft[]): void
  /** @throws AssertionError unless the request is refused with a matching message */
  thenRefused(message: RegExp): void
}

/** Starts a test: `given(events).when(decider, input).then(events)`, or `given(events).project(projection)`. */
export function given(...drafts: readonly Draft[]) {
  const events = (options?: StampOptions): LogEvent[] => stamped(drafts, options)
  return {
    /** Runs a decider on an input after these events. */
    when<State, Input>(decider: Decider<State, Input>, input: Input, options?: StampOptions): Outcome {
      const state = events(options).reduce(
        (before, event) => decider.evolve(before, event),
        decider.initial(),
      )
      return outcomeOf(() => decider.decide(state, input))
    },
    /** Returns a projection's state after these events. */
    project<State>(projection: Projection<State>, options?: StampOptions): State {
      return events(options).reduce((before, event) => projection.apply(before, event), projection.initial())
    },
  }
}

function outcomeOf(decide: () => readonly Draft[]): Outcome {
  return {
    then: (...expected) => deepStrictEqual(decide(), expected),
    thenRefused: (message) => {
      let decided
      try {
        decided = decide()
      } catch (error) {
        match(error instanceof Error ? error.message : String(error), message)
        return
      }
      fail(`not refused, but: ${JSON.stringify(decided)}`)
    },
  }
}
