import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect } from 'vitest'
import { paletteSequences } from '../../../src/core/cli/style.js'
import { fault } from '../support/fault.js'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const ATTACK_LENGTH = 50_000
const LIMIT_MS = 50

interface Found {
  readonly at: string
  readonly regex: RegExp
}

/** Every regular expression literal of the program, by the compiler's own parser. */
function literals(): Found[] {
  const files = ['src', 'packages/events/src'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(ROOT, folder, name)),
  )
  return files.flatMap((path) => {
    const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest)
    const found: Found[] = []
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const [, body = '', flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(node.text) ?? []
        const { line } = source.getLineAndCharacterOfPosition(node.pos)
        found.push({ at: `${relative(ROOT, path)}:${line + 1}`, regex: new RegExp(body, flags) })
      }
      ts.forEachChild(node, visit)
    }
    visit(source)
    return found
  })
}

/** What each kind of character and each text of the expression itself makes when repeated, and then does not match. */
function* attacks({ source }: RegExp): Generator<string> {
  const own = source.replaceAll(/\\u\{?[0-9a-fA-F]+\}?|[\\^$.*+?()[\]{}|]/g, ' ').split(' ')
  const classes = [
    'a',
    'A',
    '0',
    ' ',
    '\t',
    '\n',
    '\r',
    '-',
    '_',
    '.',
    ':',
    '/',
    '\\',
    '"',
    "'",
    '#',
    '<',
    '=',
    '\u001b',
    '\u001b[',
    'é',
    '\ud800',
  ]
  for (const piece of new Set([...classes, ...own.filter(Boolean), ...Array.from(own.join(''))])) {
    const many = piece.repeat(ATTACK_LENGTH / piece.length)
    yield `${many}!`
    yield `x${many}\u0000\n!`
  }
  for (const pair of ['ab', 'a ', '0a', 'a-', 'a.', '0-', ' \n', '"\\', '\u001b[0'])
    yield `${pair.repeat(ATTACK_LENGTH / pair.length)}!`
}

/** Processor time of one search, in milliseconds: the best of three, since others use the machine too. */
function cost(regex: RegExp, text: string): number {
  let best = Infinity
  for (let tries = 0; tries < 3 && best > LIMIT_MS; tries += 1) {
    regex.lastIndex = 0
    const before = process.cpuUsage()
    // What the program does with an expression: test, match, replace and split all search the whole text.
    if (regex.global) text.replace(regex, '')
    else regex.test(text)
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}

describe('regular expressions', () => {
  fault(63, 'ReDoS', { within: 300 }, async () => {
    const all = [...literals(), { at: 'src/core/cli/style.ts paletteSequences', regex: paletteSequences() }]
    expect(all.length).toBeGreaterThan(40)
    const slow: string[] = []
    let worst = 0
    for (const { at, regex } of all) {
      for (const text of attacks(regex)) {
        const ms = cost(regex, text)
        worst = Math.max(worst, ms)
        if (ms > LIMIT_MS) {
          slow.push(
            `${at} ${String(regex)} took ${Math.round(ms)} ms on ${JSON.stringify(text.slice(0, 12))}…`,
          )
          break
        }
      }
    }
    expect(slow).toEqual([])
    return {
      injected: `${all.length} expressions of the source on strings of ${ATTACK_LENGTH} characters made for each`,
      found: `at most ${Math.round(worst)} ms of processor time`,
      expected: '< 50 ms each',
    }
  })
})
