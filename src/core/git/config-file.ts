/**
 * Parses the settings in the text of a git configuration file (git-config(1), "Syntax"), keyed by
 * `section.subsection.key`. The last value for a name wins. Ignores included files: use it only for a quick look that
 * may be wrong, and query git when it matters.
 */
export function settingsIn(text: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>()
  let section = ''
  for (const line of text.replaceAll(/\\\r?\n/g, '').split('\n')) {
    const [, name, subsection] = /^\s*\[([\w.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\]/.exec(line) ?? []
    if (name !== undefined) {
      const below = subsection === undefined ? '' : `.${subsection.replaceAll(/\\(.)/g, '$1')}`
      section = `${name.toLowerCase()}${below}`
    }
    const [, key, value] = /^\s*(?:\[.*\]\s*)?([A-Za-z][\w-]*)\s*=\s*(.*)$/.exec(line) ?? []
    if (key !== undefined) settings.set(`${section}.${key.toLowerCase()}`, plainValue(value ?? ''))
  }
  return settings
}

/** Strips quotes, escapes, a comment and surrounding spaces. */
function plainValue(text: string): string {
  let value = ''
  let isQuoted = false
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at)
    if (char === '\\') value += ESCAPES[text.charAt((at += 1))] ?? text.charAt(at)
    else if (char === '"') isQuoted = !isQuoted
    else if (!isQuoted && (char === '#' || char === ';')) break
    else value += char
  }
  return value.trim()
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b' }

/** A line, without the blanks around it, that every reader understands alike. */
const PLAIN_LINE =
  /^(?:[#;].*|\[[A-Za-z0-9.-]+(?: "[^"]*")?\]|[A-Za-z][A-Za-z0-9-]* ?= ?(?:""|"[^"\s]"|"[^"\s][^"]*[^"\s]"|[^"#;\t]*))?$/
/** What lets other files decide. */
const ELSEWHERE = /^[ \t]*(?:\[include|worktreeconfig\b)/im

/**
 * One setting of a configuration file, where git's own answer is wanted and the file is one that every reader understands
 * alike: without escapes, files that it includes, a configuration per worktree, or lines that git might complain about.
 * @param setting `section.key`, in lowercase
 * @returns undefined if it takes git to read the file
 */
export function plainSetting(
  text: string,
  setting: string,
): { readonly value: string | undefined } | undefined {
  const isPlain =
    !/[\\\r\0]/.test(text) &&
    !ELSEWHERE.test(text) &&
    text.split('\n').every((line) => PLAIN_LINE.test(line.trim()))
  return isPlain ? { value: settingsIn(text).get(setting) } : undefined
}
