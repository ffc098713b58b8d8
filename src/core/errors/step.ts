/**
 * What to do next, for people, programs and agents. Agents run what they read here, so a name from a repository
 * (`WP01; touch x`) must stay one word, and only this module builds commands that contain names.
 */
export interface NextStep {
  /** A sentence, or a command quoted for a POSIX shell, with a comment after `#` where one helps. */
  readonly text: string
  /** The command word for word, to run without a shell; null for a sentence and for a command with blanks to fill. */
  readonly argv: readonly string[] | null
}
