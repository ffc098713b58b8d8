/** Shells that a next step can be typed into. */
export type Shell = 'posix' | 'powershell' | 'cmd'

/** The shell that started this process, as far as the environment tells. Windows' own terminal opens PowerShell. */
export function shellOf(env: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform): Shell {
  if (platform !== 'win32' || env['MSYSTEM'] !== undefined) return 'posix'
  // cmd.exe sets PROMPT for what it starts; PowerShell does not.
  return env['PROMPT'] === undefined ? 'powershell' : 'cmd'
}

/** A command line for a person to type: each word quoted where the shell would take it for something else. */
export function shellWords(
  words: readonly string[],
  shell: Shell = shellOf(process.env, process.platform),
): string {
  return words.map((word) => QUOTED[shell](word)).join(' ')
}

/** How a variable is set for what the shell runs from then on. */
export function setVariable(
  name: string,
  value: string,
  shell: Shell = shellOf(process.env, process.platform),
): string {
  if (shell === 'cmd') return `set "${name}=${value}"`
  const quoted = QUOTED[shell](value)
  if (shell === 'posix') return `export ${name}=${quoted}`
  return `$env:${name} = ${quoted.startsWith("'") ? quoted : `'${quoted}'`}`
}

const PLAIN = /^[\w@%+=:,./-]+$/
const PLAIN_ON_WINDOWS = /^[\w+=:./\\-]+$/

const QUOTED: Readonly<Record<Shell, (word: string) => string>> = {
  posix: (word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`),
  powershell: (word) => (PLAIN_ON_WINDOWS.test(word) ? word : `'${word.replaceAll("'", "''")}'`),
  // A quotation mark cannot be in a path there; a percent sign has no escape inside of quotes.
  cmd: (word) => (PLAIN_ON_WINDOWS.test(word) ? word : `"${word.replaceAll('"', '')}"`),
}
