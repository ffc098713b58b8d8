/** Another clone has changed what a decision was based on: decide again. Never leaves the store. */
export class MovedOn extends Error {
  override readonly name = 'MovedOn'
}
