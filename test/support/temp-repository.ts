import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { tempFolder } from './temp-folder.js'

/** A real git repository on `main`, removed after the test. */
export class TempRepository {
  /**
   * @param root An empty folder.
   * @param commits Whether it starts with a commit.
   */
  constructor(
    readonly root = tempFolder(),
    { commits = true }: { readonly commits?: boolean } = {},
  ) {
    this.git('init', '--quiet', '--initial-branch=main')
    if (!commits) return
    this.write('README.md', '# A repository\n')
    this.commitAll('start')
  }

  git(...args: string[]): string {
    return gitIn(this.root, ...args)
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts)
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8')
  }

  write(path: string, content: string | Buffer): string {
    const absolute = this.path(path)
    mkdirSync(dirname(absolute), { recursive: true })
    writeFileSync(absolute, content)
    return absolute
  }

  commitAll(message: string): void {
    this.git('add', '--all')
    this.git('commit', '--quiet', '--message', message)
  }

  /** Sets up the state after `kitty init`, without the merge driver. */
  initKitty(): void {
    mkdirSync(this.path('.kittify', 'events'), { recursive: true })
    this.write('.kittify/.gitignore', 'events/index.db*\nevents/*.tmp\nerrors/\nclock.json\nclock.json.tmp\n')
    this.write('.gitattributes', '.kittify/events/*.jsonl text eol=lf\n')
    this.commitAll('kitty')
  }
}

/** Runs git with a user, and with no configuration except the repository's own. */
export function gitIn(folder: string, ...args: string[]): string {
  return execFileSync('git', args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: gitEnvironment(),
  })
}

/** Stops in the middle of a rebase of the last commit, with a clean work tree. */
export function stopInRebase(root: string): void {
  const editor = 'sequence.editor=printf "break\n" >'
  gitIn(root, '-c', editor, 'rebase', '--quiet', '--interactive', 'HEAD~1')
}

/** Git's environment in tests: a user, and no configuration except the repository's own. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))
  return {
    ...Object.fromEntries(inherited),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.org',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.org',
  }
}
