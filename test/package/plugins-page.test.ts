import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, it } from 'vitest'
import { POSIX } from '../support/posix.js'
import { InstalledKitty } from './support/installation.js'

interface Step {
  readonly kind: 'run' | 'file' | 'output'
  readonly path: string
  readonly text: string
}

/** The fences of one section: `sh` is typed, `text` is printed by what was typed last, one with a path is a file. */
function stepsOf(page: string, heading: string): Step[] {
  const section = page.slice(page.indexOf(`\n## ${heading}\n`) + 1)
  const end = section.indexOf('\n## ', 1)
  return [...section.slice(0, end).matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)].map(
    ([, language = '', path, text = '']) => {
      if (path !== undefined) return { kind: 'file', path, text }
      if (language === 'sh') return { kind: 'run', path: '', text }
      if (language === 'text') return { kind: 'output', path: '', text }
      throw new Error(`a fence of the page is neither typed, nor printed, nor a file: ${text}`)
    },
  )
}

/** One shell for all of it, since a step may change the folder. What step n prints goes to the file n. */
function scriptOf(steps: readonly Step[], outputs: string): string {
  const parts = steps.map(({ kind, path, text }, at) => {
    if (kind === 'output') return ''
    if (kind === 'run')
      return `{\n${text}} > ${outputs}/${at} 2>&1 < /dev/null || { echo "step ${at} failed:"; cat ${outputs}/${at}; exit 1; }`
    return `mkdir -p "$(dirname ${path})"\ncat > ${path} <<'END_OF_FILE'\n${text}END_OF_FILE`
  })
  return `set -u\n${parts.join('\n')}\n`
}

// The page's steps are of a POSIX shell.
it.skipIf(!POSIX)('the page about plugins leads from an empty folder to a command that works', () => {
  const { clone, scratch, prefix } = inject('installation')
  const steps = stepsOf(readFileSync(join(clone, 'docs/plugins.md'), 'utf8'), 'From an empty folder')
  expect(steps.length).toBeGreaterThan(10)
  const here = mkdtempSync(join(scratch, 'page-'))
  const outputs = mkdtempSync(join(scratch, 'outputs-'))
  writeFileSync(join(outputs, 'script'), scriptOf(steps, outputs))
  const kitty = new InstalledKitty('page')
  const done = kitty.command(
    { ...kitty.env, npm_config_prefix: prefix },
    here,
    'bash',
    join(outputs, 'script'),
  )
  expect(done.stdout + done.stderr).toBe('')
  expect(done.code).toBe(0)
  for (const [at, { kind, text }] of steps.entries()) {
    if (kind === 'output')
      for (const line of text.trim().split('\n'))
        expect(readFileSync(join(outputs, String(at - 1)), 'utf8')).toContain(line)
  }
})
