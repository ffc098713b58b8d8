import { execFileSync } from 'node:child_process'
import { tempFolder } from './temp-folder.js'

export function hasTmux(): boolean {
  try {
    execFileSync('tmux', ['-V'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Longer than any of it takes on a busy machine; a screen that is right is seen immediately. */
const PATIENCE_MS = 60_000
const LOOK_EVERY_MS = 50

/** A terminal of a given size with a shell in it, in a tmux server of its own. */
export class TmuxTerminal {
  readonly #socket = `${tempFolder()}/tmux`

  constructor(
    cwd: string,
    [columns, rows]: readonly [number, number],
    env: Readonly<Record<string, string>>,
  ) {
    const variables = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`])
    const size = ['-x', String(columns), '-y', String(rows)]
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-c', cwd, ...size, ...variables, 'sh')
  }

  /** The screen as text. */
  screen(): string {
    return this.#tmux('capture-pane', '-p')
  }

  /** Keys by tmux's names, such as Enter, C-c or Right. */
  keys(...names: readonly string[]): void {
    this.#tmux('send-keys', ...names)
  }

  type(text: string): void {
    this.#tmux('send-keys', '-l', text)
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows))
  }

  /** Whether a program has the alternate screen, and whether the cursor is shown. */
  modes(): { readonly alternate: boolean; readonly cursor: boolean } {
    const [alternate, cursor] = this.#tmux('display-message', '-p', '#{alternate_on} #{cursor_flag}')
      .trim()
      .split(' ')
    return { alternate: alternate === '1', cursor: cursor === '1' }
  }

  /** Resolves with the first screen that the pattern matches. */
  async seen(pattern: RegExp): Promise<string> {
    for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_EVERY_MS) {
      const screen = this.screen()
      if (pattern.test(screen)) return screen
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    }
    throw new Error(`${String(pattern)} did not appear. The screen:\n${this.screen()}`)
  }

  close(): void {
    this.#tmux('kill-server')
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-S', this.#socket, ...args], { encoding: 'utf8' })
  }
}
