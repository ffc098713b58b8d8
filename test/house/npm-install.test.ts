import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../support/temp-folder.js'

const SETTINGS = fileURLToPath(new URL('../../.npmrc', import.meta.url))

/** What npm prints while it installs a project with one dependency whose script says that it compiles. */
function printed(settings: boolean): string {
  const root = tempFolder()
  const dependency = join(root, 'native')
  mkdirSync(dependency)
  const script = `node -e "console.log('compiling'.toUpperCase())"`
  const write = (path: string, content: object): void => {
    writeFileSync(join(path, 'package.json'), JSON.stringify(content))
  }
  write(dependency, { name: 'native', version: '1.0.0', scripts: { install: script } })
  write(root, { name: 'clone', private: true, dependencies: { native: 'file:native' } })
  if (settings) copyFileSync(SETTINGS, join(root, '.npmrc'))
  const options = ['--no-audit', '--no-fund', '--offline']
  // Run by npm itself, the tests have its settings in their environment.
  const own = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))
  const env = Object.fromEntries(own)
  return execFileSync('npm', ['install', ...options], { cwd: root, encoding: 'utf8', stdio: 'pipe', env })
}

describe('npm in a clone', () => {
  it('shows what install scripts print, so that it is seen to compile', () => {
    expect(printed(true)).toContain('COMPILING')
    expect(printed(false)).not.toContain('COMPILING')
  })
})
