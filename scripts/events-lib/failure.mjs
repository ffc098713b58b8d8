/** The events library cannot be resolved. Says what happened, to what, and what to do next. */
export class EventsLibFailure extends Error {
  /** @param {string} message @param {readonly string[]} steps one per line */
  constructor(message, steps) {
    super(message)
    this.steps = steps
  }
}
