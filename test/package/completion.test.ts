import { describe, expect, it } from 'vitest'
import { POSIX } from '../support/posix.js'
import { InstalledKitty } from './support/installation.js'

describe('tab completion of the installed program', () => {
  const kitty = new InstalledKitty('completion')

  it('completes what a shell has typed, and prints the script for PowerShell', () => {
    const words = (...typed: string[]): string[] =>
      kitty.ok('/', 'autocomplete', 'words', '--', ...typed).match(/^[^\t\r\n]+/gm) ?? []
    expect(words('sta')).toContain('status')
    expect(words('plugins', 'un')).toEqual(['uninstall', 'unlink'])
    expect(kitty.ok('/', 'autocomplete', 'powershell')).toContain('Register-ArgumentCompleter')
  })

  it.skipIf(!POSIX)('completes in bash with what the command prints', () => {
    const complete = (...words: string[]): string[] => {
      const script = `eval "$(kitty autocomplete bash)"
COMP_WORDS=(${['kitty', ...words].map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
"$(complete -p kitty | sed -E 's/.*-F ([^ ]+).*/\\1/')" kitty '' ''
printf '%s\\n' "\${COMPREPLY[@]}"`
      return kitty.command(kitty.env, '/', 'bash', '-c', script).stdout.split(/\s+/)
    }
    expect(complete('sta')).toContain('status')
    expect(complete('plugins', '')).toContain('uninstall')
    expect(complete('agent', 'tasks', 'move-task', '--')).toContain('--to')
  })
})
