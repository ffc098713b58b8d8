import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** As GitHub does it: the limits for titles, texts and labels, and labels that differ only in case are one. */
const ISSUES = `
const { readFileSync, writeFileSync } = require('node:fs')
const [verb, ...args] = process.argv.slice(3)
const state = JSON.parse(readFileSync('state.json', 'utf8'))
const all = (flag) => args.flatMap((arg, at) => (arg === flag ? [args[at + 1]] : []))
const refuse = (why) => { console.error(why); process.exit(1) }
const [title = '', body = ''] = [all('--title')[0], all('--body')[0]]
if ([...title].length > 256 || [...body].length > 65536 || title === state.refused) refuse('too long')
const known = {}
for (const name of readFileSync('labels', 'utf8').split('\\n')) known[name.toLowerCase()] = name
if (Object.keys(known).some((name) => [...name].length > 50)) refuse('label too long')
if (verb === 'create') {
  const labels = all('--label').flatMap((list) => list.split(','))
  if (labels.length > 100) refuse('too many labels')
  const number = state.issues.length + 1
  state.issues.push({
    number, title, body: body.replaceAll('\\n', '\\r\\n'), state: 'open', user: { login: 'runner' }, assignees: [], comments: [],
    labels: labels.map((label) => ({ name: known[label.toLowerCase()] ?? refuse('no label ' + label) })),
    created_at: '2026-03-01T00:00:00Z', updated_at: '2026-03-01T00:00:00Z',
    html_url: 'https://github.com/a/b/issues/' + number, repository_url: 'https://api.github.com/repos/a/b',
  })
  console.log('https://github.com/a/b/issues/' + number)
} else {
  const issue = state.issues[args[0] - 1] ?? refuse('no issue ' + args[0])
  const id = issue.number * 1000 + issue.comments.length
  if (verb === 'comment') issue.comments.push({ id, user: { login: 'runner' }, created_at: '2026-03-02T00:00:00Z', body })
  if (verb === 'close') Object.assign(issue, { state: 'closed', state_reason: all('--reason')[0].replace(' ', '_') })
}
writeFileSync('state.json', JSON.stringify(state))
`

/** Creates labels, of which a board has many, without a Node.js for each. */
const GH = `#!/bin/sh
if [ "$1" = label ]; then for name; do :; done; printf '%s\\n' "$name" >> labels; else exec node issues.cjs "$@"; fi
`

export interface GhIssue {
  readonly number: number
  readonly title: string
  readonly body: string
  readonly labels: readonly { readonly name: string }[]
  readonly comments: readonly { readonly body: string; readonly user: { readonly login: string } }[]
}

/**
 * Runs a script of `gh` calls with a gh that keeps the issues to itself.
 * @param refused the title of an issue that it does not create
 */
export function runGh(
  script: string,
  refused: string | null = null,
): { readonly status: number | null; readonly stderr: string; readonly issues: readonly GhIssue[] } {
  const dir = mkdtempSync(join(tmpdir(), 'kitty-gh-'))
  try {
    writeFileSync(join(dir, 'make.sh'), script)
    writeFileSync(join(dir, 'state.json'), JSON.stringify({ issues: [], refused }))
    writeFileSync(join(dir, 'labels'), '')
    writeFileSync(join(dir, 'issues.cjs'), ISSUES)
    writeFileSync(join(dir, 'gh'), GH)
    chmodSync(join(dir, 'gh'), 0o755)
    const { status, stderr } = spawnSync('sh', ['make.sh'], {
      cwd: dir,
      env: { ...process.env, PATH: `${dir}:${process.env['PATH'] ?? ''}` },
      encoding: 'utf8',
    })
    if (existsSync(join(dir, 'pwned'))) throw new Error('the script ran what a value holds')
    // Cast: the gh above writes it.
    const { issues } = JSON.parse(readFileSync(join(dir, 'state.json'), 'utf8')) as {
      issues: readonly GhIssue[]
    }
    return { status, stderr, issues }
  } finally {
    rmSync(dir, { recursive: true })
  }
}
