/**
 * Reads the values that simple-value.ts leaves to a YAML parser, one key's lines at a time. The caller must have
 * bounded them (structure.ts): deep nesting does not make the parser throw but kills the process.
 */
import type * as Yaml from 'yaml'
import { lineOf, type Problem, type Value } from './value.js'

type Read = { readonly ok: true; readonly value: Value } | ({ readonly ok: false } & Problem)

/** Limit on the time that one command spends on YAML, in milliseconds. Files beyond it are not read. */
const BUDGET_MS = 2_000

/** How long this process has spent parsing YAML. */
let spent = 0

/**
 * Reads `key: …` and the lines that belong to it.
 * @param firstLine the line of the file on which `text` begins
 */
export async function yamlValue(text: string, firstLine: number, budget = BUDGET_MS): Promise<Read> {
  if (spent >= budget)
    return { ok: false, line: firstLine, problem: 'not read: the files before it took two seconds of YAML' }
  // Loaded on demand: the parser costs more than the rest of a command, and most commands never need it.
  const yaml = await import('yaml')
  const began = performance.now()
  try {
    return parse(yaml, text, firstLine)
  } finally {
    spent += performance.now() - began
  }
}

function parse(yaml: typeof Yaml, text: string, firstLine: number): Read {
  const at = (offset: number): number => firstLine + lineOf(text, offset) - 1
  const document = yaml.parseDocument(text, {
    schema: 'core',
    logLevel: 'silent',
    prettyErrors: false,
    stringKeys: true,
  })
  const [error] = [...document.errors, ...document.warnings]
  if (error !== undefined) return { ok: false, line: at(error.pos[0]), problem: error.message }
  const { contents } = document
  const pair = yaml.isMap(contents) ? contents.items[0] : undefined
  if (pair === undefined) return { ok: false, line: firstLine, problem: 'it is not a "key: value" line' }
  return { ok: true, value: valueOf(yaml, pair.value, at, firstLine) }
}

function valueOf(yaml: typeof Yaml, node: unknown, at: (offset: number) => number, above: number): Value {
  const line = yaml.isNode(node) && node.range ? at(node.range[0]) : above
  const child = (one: unknown): Value => valueOf(yaml, one, at, line)
  if (yaml.isSeq(node)) return { kind: 'list', line, items: node.items.map(child) }
  if (yaml.isMap(node)) {
    const keys = node.items.map((pair) => [keyText(yaml, pair), child(pair.value)] as const)
    return { kind: 'mapping', line, keys: new Map(keys) }
  }
  if (!yaml.isScalar(node) || node.value === null) return { kind: 'none', line }
  // Keep the original spelling: 1.10 does not become a number, nor yes a boolean.
  const text = node.type === 'PLAIN' ? node.source : node.value
  return { kind: 'scalar', line, text: typeof text === 'string' ? text : '' }
}

function keyText(yaml: typeof Yaml, { key }: Yaml.Pair): string {
  return yaml.isScalar(key) ? (key.source ?? '') : ''
}
