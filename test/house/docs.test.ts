import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { EXIT_OF_KIND } from '../../src/core/errors/kitty-error.js'
import { PAYLOAD_SCHEMAS } from '../../src/core/events-lib.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md'))

interface Manifest {
  readonly commands: Readonly<
    Record<
      string,
      { readonly hidden?: boolean; readonly flags: Readonly<Record<string, { readonly char?: string }>> }
    >
  >
}

const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8')
const { commands } = JSON.parse(read('oclif.manifest.json')) as Manifest // written by the build

/** oclif's own plugins'. */
const OTHERS = /^(help|plugins|autocomplete|x)\b|^stamps?\b/

/** Every `kitty …` on a page, in code. */
function commandLines(page: string): string[] {
  const blocks = [...page.matchAll(/```sh\n([^]*?)```/g)].flatMap(([, block = '']) => block.split('\n'))
  const spans = [...page.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span)
  return [...blocks, ...spans].flatMap((text) => {
    const [, line] = /^(?:\$ )?(?:\w+=\S+ )*kitty ([a-z-][^#|]*)/.exec(text.trim()) ?? []
    return line === undefined || OTHERS.test(line) ? [] : [line.trim()]
  })
}

describe('the pages', () => {
  it.each(PAGES)('%s names only commands and flags there are', (name) => {
    for (const line of commandLines(read(name))) {
      const words = line.split(/\s+/)
      if (words[0]?.startsWith('-')) continue
      const id = Object.keys(commands).find((id) => id.split(':').every((part, at) => words[at] === part))
      const isTopic = Object.keys(commands).some((id) => id.startsWith(`${words.join(':')}:`))
      expect([line, id !== undefined || isTopic]).toEqual([line, true])
      const known = Object.entries(commands[id ?? '']?.flags ?? {}).flatMap(([flag, { char }]) => [
        `--${flag}`,
        `-${char ?? flag}`,
      ])
      // What follows `--` belongs to another program.
      const outsideQuotes = line.replaceAll(/"[^"]*"/g, '""').replace(/ -- .*/, '')
      for (const [flag] of outsideQuotes.matchAll(/(?<=\s)--?[a-z][a-z-]*/g))
        expect([line, [...known, '--help'].includes(flag) || id === undefined]).toEqual([line, true])
    }
  })

  it.each(PAGES)('%s links to pages there are', (name) => {
    for (const [, target = ''] of read(name).matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
      if (/^https?:/.test(target)) continue
      expect([target, existsSync(join(ROOT, dirname(name), target))]).toEqual([target, true])
    }
  })

  it('json has what every command prints with --json, as the code says now', () => {
    const page = read('docs/json.md')
    for (const id of Object.keys(commands).filter((id) => commands[id]?.hidden !== true)) {
      const [, rest = ''] = page.split(`\n## kitty ${id.replaceAll(':', ' ')}\n`)
      const [section = ''] = rest.split('\n## ')
      expect([id, /^```ts\ntype Document = |^It goes on until/m.test(section)]).toEqual([id, true])
    }
    const check = spawnSync(process.execPath, ['scripts/docs.mjs', '--check'], {
      cwd: ROOT,
      encoding: 'utf8',
    })
    expect(check.stderr).toBe('')
  })

  it('troubleshooting has every kind of failure with its exit code, and no other', () => {
    const rows = [...read('docs/troubleshooting.md').matchAll(/^\| `([A-Z]\w+)`\s+\| (\d)/gm)]
    expect(Object.fromEntries(rows.map(([, kind = '', exit]) => [kind, Number(exit)]))).toEqual(EXIT_OF_KIND)
  })

  it('formats has every event type, and every kind of problem the code can name', () => {
    const page = read('docs/formats.md')
    for (const type of Object.keys(PAYLOAD_SCHEMAS)) expect(page).toContain(`| \`${type}\``)
    const checks = ['event-checks', 'parent-checks', 'verify'].map((name) => `services/verify/${name}`)
    const sources = ['log/format/line-codec', 'index/ingest/ingest', ...checks]
      .map((name) => read(`src/core/${name}.ts`))
      .join('\n')
    const kinds = [
      ...sources.matchAll(/(?:kind: |kind = |bad\(length, |problem\(\s*|line, |\? )'([a-z_]+)'/g),
    ].map(([, kind]) => kind ?? '')
    expect(kinds.length).toBeGreaterThan(20)
    for (const kind of kinds.filter((kind) => kind !== 'sqlite')) expect(page).toContain(`\`${kind}\``)
  })

  it('architecture answers "Where is …?" with files and folders that are there', () => {
    const [, table = ''] = read('docs/architecture.md').split('## Where is …?')
    const rows = table.split('\n## ')[0]?.matchAll(/^\| (.*?) +\| (.*?) +\|$/gm) ?? []
    const missing: string[] = []
    let answers = 0
    for (const [, question = '', answer = ''] of rows) {
      if (question === 'question' || question.startsWith('-')) continue
      const folder = answer.includes('`packages/events`') ? 'packages/events/src' : 'src'
      for (const [, named = ''] of answer.matchAll(/`([^`@]+)`/g)) {
        const path = named.replace(/…|<format>\//g, '')
        const places = [path, `src/${path}`, `${folder}/${path}`, `src/core/index/ingest/${path}`]
        if (path !== '' && !places.some((place) => existsSync(join(ROOT, place))))
          missing.push(`${question} ${named}`)
      }
      answers += 1
    }
    expect(answers).toBeGreaterThanOrEqual(20)
    expect(missing).toEqual([])
  })

  it('architecture names rooms that are there, and every room there is', () => {
    const page = read('docs/architecture.md')
    const rooms = readdirSync(join(ROOT, 'src', 'core'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    )
    for (const { name } of rooms) expect(page).toMatch(new RegExp(`^ {2}${name}/`, 'm'))
    for (const [, room = ''] of page.matchAll(/^ {2}([a-z-]+)\/ {2}/gm))
      expect([room, existsSync(join(ROOT, 'src/core', room))]).toEqual([room, true])
  })
})
