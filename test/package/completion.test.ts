import { describe, expect, it } from 'vitest'
import { InstalledKitty } from './support/installation.js'

describe('tab completion', () => {
  const kitty = new InstalledKitty('completion')

  it.each(['bash', 'zsh'])('is set up for %s with what the command prints', (shell) => {
    const setUp = kitty.ok('/', 'autocomplete', 'script', shell)
    expect(setUp).toContain('KITTY_AC')
    expect(kitty.run('/', 'autocomplete', shell, '--refresh-cache').code).toBe(0)
  })

  it('completes commands and flags in bash', () => {
    kitty.run('/', 'autocomplete', 'bash', '--refresh-cache')
    const complete = (...words: string[]): string[] => {
      const script = `eval "$(kitty autocomplete script bash)"
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; COMP_LINE='${words.join(' ')}'; COMP_POINT=\${#COMP_LINE}
cur='${words.at(-1) ?? ''}'; prev=''
_get_comp_words_by_ref() { :; }
"$(complete -p kitty | sed -E 's/.*-F ([^ ]+).*/\\1/')" kitty "$cur" ''
printf '%s\\n' "\${COMPREPLY[@]}"`
      return kitty.command(kitty.env, '/', 'bash', '-c', script).stdout.split(/\s+/)
    }
    expect(complete('kitty', 'sta')).toContain('status')
    expect(complete('kitty', 'agent', 'tasks', 'move-task', '--')).toContain('--to')
  })
})
