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

const CHARACTERS = [
  ...Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)),
  '\n',
  '\t',
  '\r',
  'é',
]

/** Makes a text that an expression matches but for what it looks around at: the first choice of each part, once. */
class Sample {
  #at = 0

  constructor(private readonly regex: RegExp) {}

  text(): string {
    return this.#choice().slice(0, 60)
  }

  #take(pattern: RegExp): string | undefined {
    const found = pattern.exec(this.regex.source.slice(this.#at))?.[0]
    this.#at += found?.length ?? 0
    return found
  }

  #choice(): string {
    let text = this.#sequence()
    while (this.#take(/^\|/) !== undefined) text ||= this.#sequence()
    return text
  }

  #sequence(): string {
    let text = ''
    while (this.#at < this.regex.source.length && !/^[|)]/.test(this.regex.source.slice(this.#at))) {
      const one = this.#atom()
      const least = /\d+/.exec(this.#take(/^(?:[*+?]|\{\d+(?:,\d*)?\})\??/) ?? '')?.[0]
      text += one.repeat(Math.max(1, Math.min(60, Number(least ?? 1))))
    }
    return text
  }

  #atom(): string {
    const opening = this.#take(/^\((?:\?(?:[:=!]|<[=!]|<\w+>))?/)
    if (opening !== undefined) {
      const inside = this.#choice()
      this.#take(/^\)/)
      return /[=!]$/.test(opening) ? '' : inside
    }
    const one =
      this.#take(/^\[(?:\\[^]|[^\]\\])*\]/) ??
      this.#take(/^\\(?:u\{[^}]+\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|[pP]\{[^}]+\}|k<\w+>|[^])/) ??
      this.#take(/^[^]/) ??
      ''
    if (/^(?:[$^]|\\[bBk1-9].*)$/.test(one)) return ''
    const matches = new RegExp(`^(?:${one})$`, this.regex.flags.replace(/[gmy]/g, ''))
    // An expression may begin with a word of its own: a letter that a class takes is the likelier one.
    return (
      ['a', '0', ' ', ...CHARACTERS, ...Array.from(one)].find((character) => matches.test(character)) ?? ''
    )
  }
}

/** What an expression makes of a beginning that it takes, with one part of it repeated until it does not match. */
function* beginnings(regex: RegExp): Generator<string> {
  const sample = new Sample(regex).text()
  for (let end = 1; end <= sample.length; end += 1) {
    const begin = sample.slice(0, end)
    yield `${begin.repeat(ATTACK_LENGTH / end)}!`
    for (const piece of new Set([' ', 'a', '0', '\n', begin.at(-1) ?? ' ', `${begin.at(-1) ?? ''} `])) {
      const many = `${begin}${piece.repeat(ATTACK_LENGTH / piece.length)}`
      yield `${many}!`
      yield `${many}\u2028!`
    }
  }
}

/** What each kind of character and each text of the expression itself makes when repeated, and then does not match. */
function* attacks(regex: RegExp): Generator<string> {
  yield* beginnings(regex)
  const { source } = regex
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
