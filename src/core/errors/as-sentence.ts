/** The first line of what someone else's code said, ended like a sentence. */
export function asSentence(said: string): string {
  const [line = ''] = said.split('\n')
  return /[.!?]$/.test(line) ? line : `${line}.`
}
