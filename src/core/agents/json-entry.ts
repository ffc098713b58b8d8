/**
 * Adds one entry to a JSON file of the user's and takes it out again. Every other byte stays, so that taking it out of
 * an unchanged file gives the earlier bytes. Comments and trailing commas are allowed, as editors allow them.
 */
import {
  createScanner,
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
} from 'jsonc-parser'

export interface JsonEntry {
  /** The keys that lead to a property, or to the array that gets `value` as an element. */
  readonly path: readonly [string, ...string[]]
  readonly value: unknown
  /** For a hook: recognizes ours, also one that an earlier version wrote. An element may hold others' next to it. */
  readonly isOurs?: (hook: unknown) => boolean
}

/** The file is not what its reader expects, so that nothing can be added to it. */
export class UnusableJson extends Error {}

/** A container in which something is already there, and the keys that are still missing. */
interface Place {
  readonly container: Node
  readonly missing: readonly string[]
  /** The property or element, if it is there. */
  readonly found: Node | undefined
}

/** @throws UnusableJson */
export function hasEntry(text: string, entry: JsonEntry): 'missing' | 'ours' | 'another' {
  const { found } = placeOf(text, entry)
  if (found === undefined) return 'missing'
  if (entry.isOurs !== undefined) return 'ours'
  const value: unknown = getNodeValue(found.children?.[1] ?? found)
  return JSON.stringify(value) === JSON.stringify(entry.value) ? 'ours' : 'another'
}

/** Returns the text with the entry; unchanged if something is in its place already. @throws UnusableJson */
export function withEntry(text: string, entry: JsonEntry): string {
  const { container, missing, found } = placeOf(text, entry)
  if (found !== undefined) return text
  const [key, ...below] = missing
  const inner = entry.isOurs === undefined ? entry.value : [entry.value]
  if (key === undefined) return insert(text, container, undefined, entry.value)
  const value = below.reduceRight<unknown>((value, name) => ({ [name]: value }), inner)
  return insert(text, container, key, value)
}

/** Returns the text without the entry; undefined if nothing else is in it. @throws UnusableJson */
export function withoutEntry(text: string, entry: JsonEntry): string | undefined {
  let rest: string | undefined = text
  while (rest !== undefined && hasEntry(rest, entry) === 'ours') {
    const { found } = placeOf(rest, entry)
    if (found === undefined) break
    rest = remove(rest, found)
  }
  return rest
}

function placeOf(text: string, { path, isOurs }: JsonEntry): Place {
  const keys = [...path]
  let container = rootOf(text)
  for (let key = keys.shift(); key !== undefined; key = keys.shift()) {
    const same = (container.children ?? []).filter((property) => property.children?.[0]?.value === key)
    if (same.length > 1) throw new UnusableJson(`"${key}" is in it twice`)
    const [property] = same
    if (property === undefined) return { container, missing: [key, ...keys], found: undefined }
    const value = property.children?.[1]
    const isLast = keys.length === 0
    if (isLast && isOurs === undefined) return { container, missing: [], found: property }
    const expected = isLast ? 'array' : 'object'
    if (value?.type !== expected)
      throw new UnusableJson(`"${key}" is ${value?.type ?? 'nothing'}, not ${expected}`)
    container = value
  }
  const isHook = (node: Node): boolean => isOurs?.(getNodeValue(node)) === true
  const [found] = (container.children ?? []).flatMap((element) => hookIn(element, isHook) ?? [])
  return { container, missing: [], found }
}

/** The element that is our hook or holds nothing but it, or else the hook of ours among others in its `hooks`. */
function hookIn(element: Node, isHook: (node: Node) => boolean): Node | undefined {
  if (isHook(element)) return element
  const hooks = findNodeAtLocation(element, ['hooks'])?.children ?? []
  const hook = hooks.find(isHook)
  return hook !== undefined && hooks.length === 1 ? element : hook
}

/** The deepest of the agents' files has about ten levels, and the parser's calls nest as deep as the file. */
const MAX_DEPTH = 200

/** @throws UnusableJson */
function assertShallow(text: string): void {
  const scanner = createScanner(text, true)
  for (let depth = 0; scanner.getPosition() < text.length;) {
    scanner.scan()
    const first = text[scanner.getTokenOffset()]
    if (first === '{' || first === '[') depth += 1
    else if (first === '}' || first === ']') depth -= 1
    if (depth > MAX_DEPTH) throw new UnusableJson(`it is more than ${MAX_DEPTH} levels deep`)
  }
}

function rootOf(text: string): Node {
  assertShallow(text)
  const errors: ParseError[] = []
  const root = parseTree(text, errors, { allowTrailingComma: true })
  const [error] = errors
  if (error !== undefined || root === undefined) {
    const line = text.slice(0, error?.offset ?? 0).split('\n').length
    throw new UnusableJson(`line ${line} is no JSON`)
  }
  if (root.type !== 'object') throw new UnusableJson(`it holds ${root.type}, not object`)
  return root
}

function insert(text: string, container: Node, key: string | undefined, value: unknown): string {
  const last = container.children?.at(-1)
  const name = key === undefined ? '' : `${JSON.stringify(key)}: `
  // One blank after the bracket says that the container was empty, and the user's: `remove` relies on it.
  if (last === undefined) return splice(text, container.offset + 1, ` ${name}${JSON.stringify(value)}`)
  const lead = blanksBefore(text, last.offset)
  const lineBreak = /\r?\n[^\n]*$/.exec(lead)?.[0]
  const piece =
    lineBreak === undefined
      ? `${lead === '' ? '' : ' '}${name}${JSON.stringify(value)}`
      : lineBreak + name + JSON.stringify(value, null, unitOf(text)).replaceAll('\n', lineBreak)
  const end = last.offset + last.length
  const comma = commaAfter(text, end)
  return comma === undefined ? splice(text, end, `,${piece}`) : splice(text, comma + 1, `${piece},`)
}

/** The indentation of the first key; two blanks if it has none. */
function unitOf(text: string): string {
  return /\n([ \t]+)"/.exec(text)?.[1] ?? '  '
}

function remove(text: string, child: Node): string | undefined {
  const container = child.parent
  const [start, end] = [child.offset, child.offset + child.length]
  if (container === undefined) {
    const around = text.slice(0, start) + text.slice(end)
    return around.trim() === '' ? undefined : `${text.slice(0, start)}{}${text.slice(end)}`
  }
  const siblings = container.children ?? []
  if (siblings.length === 1) {
    const inside = container.offset + 1
    if (text.slice(inside, start) === ' ') return text.slice(0, inside) + text.slice(end)
    const around = text.slice(inside, start) + text.slice(end, container.offset + container.length - 1)
    // A comment next to it is the user's, and keeps the container.
    if (/[^\s,]/.test(around)) {
      const comma = commaAfter(text, end)
      return (
        text.slice(0, start) +
        (comma === undefined ? text.slice(end) : text.slice(end, comma) + text.slice(comma + 1))
      )
    }
    // We created the container: it goes, too. An object's parent is the property that holds it.
    return remove(text, container.parent?.type === 'property' ? container.parent : container)
  }
  const comma = commaAfter(text, end)
  if (comma !== undefined) {
    return text.slice(0, start - blanksBefore(text, start).length) + text.slice(comma + 1)
  }
  const before = siblings[siblings.indexOf(child) - 1]
  const from = before === undefined ? start : (commaAfter(text, before.offset + before.length) ?? start)
  return text.slice(0, from) + text.slice(end)
}

/** The offset of the comma that follows, past blanks and comments. */
function commaAfter(text: string, offset: number): number | undefined {
  const trivia = /(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)*/y
  trivia.lastIndex = offset
  trivia.test(text)
  return text[trivia.lastIndex] === ',' ? trivia.lastIndex : undefined
}

function splice(text: string, at: number, piece: string): string {
  return text.slice(0, at) + piece + text.slice(at)
}

function blanksBefore(text: string, offset: number): string {
  const before = text.slice(0, offset)
  return before.slice(before.trimEnd().length)
}
