/** A sentence, or a command and its words. */
export interface NextStep {
  readonly text: string
  readonly argv: readonly string[] | null
}
