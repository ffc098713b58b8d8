import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const SOURCE = new URL('../src/', import.meta.url)
const FORBIDDEN = /\b(Date|process|Math\.random|require|globalThis|crypto|setTimeout|console)\b(?!['\w])/

/** Code alone: comments and strings may speak of anything. */
function codeOf(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\/\/.*$/gm, '')
    .replace(/'[^'\n]*'/g, "''")
}

describe('the library', () => {
  const files = readdirSync(SOURCE).map(
    (name) => [name, readFileSync(new URL(name, SOURCE), 'utf8')] as const,
  )

  it.each(files)('%s imports nothing but its neighbours', (_, text) => {
    const imported = [...text.matchAll(/\bfrom '([^']+)'|\bimport\(?\s*'([^']+)'/g)].map(
      (match) => match[1] ?? match[2],
    )
    expect(imported.filter((path) => !/^\.\/[a-z-]+\.js$/.test(path ?? ''))).toEqual([])
  })

  it.each(files)('%s takes time, randomness and surroundings as arguments', (_, text) => {
    expect(FORBIDDEN.exec(codeOf(text))?.[0]).toBeUndefined()
  })

  it('would notice a clock, a random number or the environment', () => {
    for (const code of ['Date.now()', 'Math.random()', 'process.env'])
      expect(FORBIDDEN.test(codeOf(code))).toBe(true)
  })
})
