/**
 * YAML from a file anyone may have written, read as a plain mapping.
 *
 * Bounds come before the parser: deep nesting does not raise an error in it but ends the process
 * (a pattern compiled for the indentation runs out of memory), and a list of aliases grows exponentially.
 */

type Mapping =
  | { readonly ok: true; readonly mapping: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly reason: string }

/** Columns of indentation and compact dashes a line may begin with. */
const INDENT_LIMIT = 128
const BRACKET_DEPTH_LIMIT = 32

/** Parses one mapping of scalars, lists and mappings (YAML core schema); aliases and tags of one's own are refused. */
export async function readMapping(text: string): Promise<Mapping> {
  const excess = excessOf(text)
  if (excess !== undefined) return { ok: false, reason: excess }
  // Loaded on demand: it costs more than the rest of a command, and most commands never read YAML.
  const { parseDocument, visit } = await import('yaml')
  const document = parseDocument(text, {
    schema: 'core',
    logLevel: 'silent',
    prettyErrors: true,
    stringKeys: true,
  })
  const [problem] = [...document.errors, ...document.warnings]
  if (problem !== undefined) return { ok: false, reason: firstLine(problem.message) }

  const refusals: string[] = []
  visit(document, {
    Alias: () => {
      refusals.push('aliases (*name) are not read: write the value out')
      return visit.BREAK
    },
    Node: (_key, node) => {
      if (!node.tag) return undefined
      refusals.push(`tags (${node.tag}) are not read: write the value without one`)
      return visit.BREAK
    },
  })
  const [refusal] = refusals
  if (refusal !== undefined) return { ok: false, reason: refusal }

  const value: unknown = document.toJS({ maxAliasCount: 0 })
  if (value === null) return { ok: true, mapping: {} }
  if (typeof value !== 'object' || Array.isArray(value))
    return { ok: false, reason: 'it is not a list of "key: value" lines' }
  return { ok: true, mapping: Object.fromEntries(Object.entries(value)) }
}

function excessOf(text: string): string | undefined {
  let depth = 0
  let indent = 0
  let leading = true
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === '\n' || char === '\r') {
      leading = true
      indent = 0
    } else if (leading && ' \t-?:'.includes(char)) {
      if (++indent > INDENT_LIMIT)
        return `a line is indented by more than ${INDENT_LIMIT} columns: nest less deeply`
    } else {
      leading = false
      if (char === '[' || char === '{') depth++
      if (char === ']' || char === '}') depth = Math.max(0, depth - 1)
      if (depth > BRACKET_DEPTH_LIMIT)
        return `brackets are nested more than ${BRACKET_DEPTH_LIMIT} deep: nest less deeply`
    }
  }
  return undefined
}

function firstLine(message: string): string {
  const [line = message] = message.split('\n', 1)
  return line.replace(/:$/, '')
}
