/** Reads a foreign tool's YAML as one mapping of texts, lists and mappings: `1.10` stays "1.10", and `no` is a word. */
import { structureProblem } from '../specs/structure.js'
import type { Json } from './json.js'

type Mapping = { readonly ok: true; readonly mapping: Json } | { readonly ok: false; readonly reason: string }

/** Rejects aliases and tags: nested aliases can grow without bound, and no such tool writes either. */
export async function readYaml(text: string): Promise<Mapping> {
  const latin1 = Buffer.from(text).toString('latin1')
  const unsafe = structureProblem(latin1, 0, latin1.length)
  if (unsafe !== undefined) return { ok: false, reason: `line ${unsafe.line}: ${unsafe.problem}` }
  const { parseDocument, visit } = await import('yaml')
  const document = parseDocument(text, { schema: 'failsafe', logLevel: 'silent', prettyErrors: true })
  const [problem] = [...document.errors, ...document.warnings]
  if (problem !== undefined) return { ok: false, reason: problem.message.split('\n', 1)[0] ?? problem.code }
  let refusal: string | undefined
  visit(document, {
    Alias: () => {
      refusal = 'aliases (*name) are not read: write the value out'
      return visit.BREAK
    },
    Node: (_key, node) => {
      if (!node.tag) return undefined
      refusal = 'tags (!name) are not read: write the value without one'
      return visit.BREAK
    },
  })
  if (refusal !== undefined) return { ok: false, reason: refusal }
  const value: unknown = document.toJS({ maxAliasCount: 0 })
  if (value === null || value === '') return { ok: true, mapping: {} }
  if (typeof value !== 'object' || Array.isArray(value))
    return { ok: false, reason: 'it is not a list of "key: value" lines' }
  return { ok: true, mapping: Object.fromEntries(Object.entries(value)) }
}
