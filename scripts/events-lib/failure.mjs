/** What keeps the events library from being resolved: what happened, to what, and what to do next. */
export class EventsLibFailure extends Error {
  /** @param {string} message @param {readonly string[]} steps one a line */
  constructor(message, steps) {
    super(message)
    this.steps = steps
  }
}
