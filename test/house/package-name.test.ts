import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { installCommand, ownPackage, repairCommand } from '../../src/core/own-package.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** A command that would fetch or link a named package; flags may come first. */
const FETCHED =
  /\b(?:npm (?:i|install|link|rebuild|update|uninstall)|npx)((?: +--?[a-z-]+)*) +(@?[a-z][\w.@/-]*)/g
/** Import paths that kitty's plugins use. */
const IMPORTED = /['"]([a-z@][\w@/-]*?)\/(?:plugin(?:\/define)?|testing)['"]/g
/** What package.json names: the program itself and the packages it is built from. */
function known(): Set<string> {
  const { name, dependencies, devDependencies } = JSON.parse(
    readFileSync(`${ROOT}/package.json`, 'utf8'),
  ) as Record<'dependencies' | 'devDependencies', object> & { name: string }
  return new Set([name, ...Object.keys(dependencies), ...Object.keys(devDependencies)])
}

function namesIn(text: string): string[] {
  const fetched = [...text.matchAll(FETCHED)].map(([, , name = '']) => name.replace(/(?<=.)@.*$/, ''))
  const imported = [...text.matchAll(IMPORTED)].map(([, name = '']) => name)
  return [...fetched, ...imported]
}

function trackedText(): string[] {
  const files = execFileSync(
    'git',
    ['ls-files', 'src', 'docs', 'examples', 'test', 'scripts', 'bin', '*.md'],
    {
      cwd: ROOT,
      encoding: 'utf8',
    },
  )
  // Budgets name rooms and modules as keys; nothing reads them as text.
  return files
    .split('\n')
    .filter((file) => /\.(ts|tsx|mjs|js|md|json)$/.test(file) && !file.endsWith('-budget.json'))
}

describe('the package name', () => {
  it('is the only name except dependencies that pages, messages and tests install or import', () => {
    const names = known()
    const foreign = trackedText().flatMap((file) =>
      namesIn(readFileSync(`${ROOT}/${file}`, 'utf8'))
        .filter((name) => !names.has(name) && !name.startsWith('kitty-plugin-'))
        .map((name) => `${file}: ${name}`),
    )

    expect(foreign).toEqual([])
  })

  it('is found in each form that a page could use', () => {
    // Written in parts: this file is read by the test above.
    const of = (...parts: string[]): string => parts.join(' ')
    expect(namesIn(of('npm', 'install -g someone-cli@latest'))).toEqual(['someone-cli'])
    expect(namesIn(of('npm', 'rebuild -g @scope/other'))).toEqual(['@scope/other'])
    expect(namesIn(["import x from 'other", "/plugin'"].join(''))).toEqual(['other'])
  })

  it('is what messages tell people to install', () => {
    expect(installCommand('latest')).toEqual(['npm', 'install', '-g', `${ownPackage().name}@latest`])
  })

  it('is put right in place where it runs from a clone, which no registry has', () => {
    const clone = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
    expect(repairCommand('install').map((word) => word.replace(/\/$/, ''))).toEqual([
      ...['npm', '--prefix', clone, 'install', '--include', 'optional'],
    ])
  })
})
