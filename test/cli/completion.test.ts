import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { candidatesFor } from '../../src/core/cli/completion/candidates.js'
import { knownCommands } from '../../src/core/cli/completion/known-commands.js'
import { projectValues } from '../../src/core/cli/completion/project-values.js'
import { PluginHome } from '../support/plugin-home.js'
import { POSIX } from '../support/posix.js'
import { preparedRepository } from '../support/prepared-repository.js'
import { kitty, PROGRAM } from '../support/program.js'
import { snapshot } from '../support/snapshot.js'
import { sharedFolder, tempFolder } from '../support/temp-folder.js'

const FEATURES = {
  '001-login': [{ id: 'WP01' }, { id: 'WP02' }],
  '002-search': [{ id: 'WP01' }, { id: 'WP02' }, { id: 'WP03' }],
}
let root: string

beforeAll(async () => {
  root = (await preparedRepository(FEATURES, sharedFolder())).root
})

/** What the program says when the shell asks; the last word stands at the cursor. */
async function asked(words: readonly string[], { cwd = root, env = {} } = {}): Promise<string[]> {
  const done = await kitty({ cwd, env }, 'autocomplete', 'words', '--', ...words)
  expect([done.code, done.stderr]).toEqual([0, ''])
  return done.stdout.split('\n').flatMap((line) => line.split('\t')[0] || [])
}

/** As `asked`, without a process. */
function candidates(words: readonly string[], { cwd = root, env = {} } = {}): string[] {
  const data = { KITTY_DATA_DIR: join(root, 'no-plugins') }
  return candidatesFor(words, knownCommands(data), projectValues({ cwd, env })).map(({ value }) => value)
}

describe('completing a word', () => {
  it.each([
    { words: ['sta'], gives: ['status'] },
    { words: ['agent', 'ta'], gives: ['tasks'] },
    { words: ['agent', 'tasks', 'm'], gives: ['mark-status', 'move-task'] },
    { words: ['help', 'agent', 'ev'], gives: ['events'] },
    { words: ['plugins', 'un'], gives: ['uninstall', 'unlink'] },
    { words: ['agent', 'tasks', 'move-task', 'WP01', '--exp'], gives: ['--expect'] },
    { words: ['agent', 'tasks', 'list', '--json', '--js'], gives: [] },
    { words: ['agent', 'tasks', 'tag', 'WP01', '--add', 'a', '--ad'], gives: ['--add'] },
    { words: ['plugins', 'install', '--fo'], gives: ['--force'] },
    { words: ['status', '--feature', ''], gives: ['001-login', '002-search'] },
    { words: ['status', '-f', '002'], gives: ['002-search'] },
    { words: ['agent', 'tasks', 'show', ''], gives: ['WP01', 'WP02', 'WP03'] },
    { words: ['agent', 'tasks', 'show', '--feature', '1', 'wp'], gives: ['WP01', 'WP02'] },
    { words: ['agent', 'tasks', 'show', '--feature=001-login', '--json', 'WP'], gives: ['WP01', 'WP02'] },
    { words: ['agent', 'tasks', 'show', '-f', '009-none', ''], gives: [] },
    { words: ['agent', 'tasks', 'show', 'WP01', ''], gives: [] },
    { words: ['rev'], gives: ['review'] },
    { words: ['tick', '--feature', '1', 'w'], gives: ['WP01', 'WP02'] },
    { words: ['review', 'WP01', 'wp02', '-f', '2', 'WP'], gives: ['WP01', 'WP02', 'WP03'] },
    { words: ['move', '-f', '1', 'WP01', 'd'], gives: ['doing', 'done'] },
    {
      words: ['move', '-f', '1', ''],
      gives: ['WP01', 'WP02', 'planned', 'doing', 'for_review', 'done', 'rejected', 'canceled'],
    },
    { words: ['agent', 'tasks', 'move-task', 'WP01', '--to', 'd'], gives: ['doing', 'done'] },
    { words: ['agent', 'tasks', 'move-task', '--to=do', 'WP01'], gives: ['WP01'] },
    { words: ['agent', 'tasks', 'move-task', 'WP01', '--to=d'], gives: ['--to=doing', '--to=done'] },
    { words: ['agent', 'tasks', 'move-task', 'WP01', '--to', '=', 'd'], gives: ['doing', 'done'] },
    { words: ['agent', 'gates', 'set', 'G1', '--status', 'p'], gives: ['passed', 'pending'] },
    { words: ['agent', 'conflicts', 'show', '00'], gives: ['001-login', '002-search'] },
    { words: ['agent', 'tasks', 'show', '--', 'WP02'], gives: ['WP02'] },
    { words: ['move', '-f', '"001-login"', "'WP01'", '"d'], gives: ['doing', 'done'] },
    { words: ['status', "--feature='00"], gives: [] },
    { words: ['status', '--feature', "'00"], gives: ['001-login', '002-search'] },
    { words: ['"status"', '--feature', '"'], gives: ['001-login', '002-search'] },
    { words: ['no', 'such', ''], gives: [] },
  ])('%j', ({ words, gives }) => expect(candidates(words)).toEqual(gives))

  it('knows the feature from the folder and from the environment', () => {
    const words = ['agent', 'tasks', 'show', '']
    expect(candidates(words, { cwd: join(root, 'kitty-specs/001-login') })).toEqual(['WP01', 'WP02'])
    expect(candidates(words, { env: { KITTY_FEATURE: '1' } })).toEqual(['WP01', 'WP02'])
  })

  it("gives the project's own lanes", async () => {
    const { root: reviewed } = await preparedRepository({ '001-login': [{ id: 'WP01' }] })
    writeFileSync(join(reviewed, '.kittify/config.json'), '{"workflow":"reviewed"}')
    expect(await asked(['agent', 'tasks', 'list', '--lane', 'c'], { cwd: reviewed })).toEqual([
      'claimed',
      'canceled',
    ])
    writeFileSync(join(reviewed, '.kittify/config.json'), 'no JSON')
    expect(await asked(['agent', 'tasks', 'list', '--lane', ''], { cwd: reviewed })).toEqual([])
  })

  it('gives commands and no values outside a workspace', async () => {
    const nowhere = tempFolder()
    expect(await asked(['status', '--feature', ''], { cwd: nowhere })).toEqual([])
    expect(await asked(['agent', 'tasks', 'show', ''], { cwd: nowhere })).toEqual([])
    expect(await asked(['stat'], { cwd: nowhere })).toEqual(['status'])
  })

  it('writes nothing, and reads no log', async () => {
    const { root: mine } = await preparedRepository(FEATURES)
    const before = snapshot(mine)
    for (const words of [
      ['agent', 'tasks', 'show', ''],
      ['status', '-f', ''],
      ['agent', 'tasks', 'list', '--lane', ''],
    ])
      expect(await asked(words, { cwd: mine })).not.toEqual([])
    expect(snapshot(mine)).toEqual(before)
  })

  it.each([
    ['a command that is no object', '{"commands": {"statues": null, "stalled": 5}}'],
    ['a summary that is no text', '{"commands": {"statues": {"summary": 5}}}'],
    ['aliases that are no list', '{"commands": {"statues": {"aliases": 5}}}'],
  ])("gives kitty's own words whatever a plugin's manifest has: %s", (_, manifest) => {
    const home = new PluginHome()
    home.add('kitty-plugin-broken', { 'oclif.manifest.json': manifest })
    const known = knownCommands({ KITTY_DATA_DIR: home.folder })
    const values = projectValues({ cwd: root, env: {} })
    expect(candidatesFor(['sta'], known, values).map(({ value }) => value)).toEqual(['status'])
  })

  it("gives kitty's own words when the list of plugins cannot be read or trusted", () => {
    const [unread, open] = [new PluginHome(), new PluginHome()]
    writeFileSync(join(unread.folder, 'package.json'), '{')
    open.add('kitty-plugin-open', {})
    chmodSync(open.folder, 0o777)
    for (const { folder } of [unread, open])
      expect(knownCommands({ KITTY_DATA_DIR: folder }).commands.has('status')).toBe(true)
  })

  it("gives a plugin's commands and values from its manifest, and runs none of its code", () => {
    const home = new PluginHome()
    const flags = { goal: { name: 'goal', type: 'option', helpValue: 'LANE' } }
    const manifest = {
      commands: {
        burn: { id: 'burn', args: { workPackage: {} }, flags },
        status: { id: 'status', flags: { replaced: { name: 'replaced', type: 'boolean' } } },
      },
    }
    home.add('kitty-plugin-burn', {
      'oclif.manifest.json': JSON.stringify(manifest),
      'commands/burn.js': 'process.exit(7)',
    })
    const words = (...typed: string[]): string[] =>
      home.kitty(root, 'autocomplete', 'words', '--', ...typed).stdout.match(/^[^\t\n]+/gm) ?? []
    expect(words('bu')).toEqual(['burn'])
    expect(words('burn', 'WP03')).toEqual(['WP03'])
    expect(words('burn', '--goal', 'pl')).toEqual(['planned'])
    expect(words('status', '--re')).toEqual([])
  })
})

/** Whether a shell is there; what needs it is skipped with a line where it is not. */
function has(shell: string): boolean {
  const found = POSIX && spawnSync(shell, ['-c', 'exit 0']).status === 0
  if (!found) process.stderr.write(`skipped: completing in ${shell}, which is not here\n`)
  return found
}

/**
 * What a shell without its owner's settings makes of each line of words, the last at the cursor.
 * @param complete shell code that prints one candidate a line for `words`
 */
function inShell(
  shell: 'bash' | 'zsh',
  lines: readonly (readonly string[])[],
  { before = '', complete = '', cwd = root },
): string[][] {
  const asked = lines.map((line) => {
    const quoted = line.map((word) => `'${word}'`).join(' ')
    return `words=(kitty ${quoted})\n${complete}\necho ---`
  })
  const script = `${before}
kitty() { '${process.execPath}' '${PROGRAM}' "$@"; }
eval "$(kitty autocomplete ${shell})"
${asked.join('\n')}`
  const options = { bash: ['--norc', '--noprofile'], zsh: ['-f'] }[shell]
  const done = spawnSync(shell, [...options, '-c', script], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: tempFolder() },
  })
  expect(done.stderr).toBe('')
  return done.stdout
    .split('---\n')
    .slice(0, -1)
    .map((part) => part.split('\n').slice(0, -1))
}

describe.skipIf(!has('fish'))('in fish', () => {
  it('completes commands, packages and lanes, and the names of files where a folder is meant', () => {
    const lines = [
      'kitty agent tasks mo',
      'kitty agent tasks move-task ',
      'kitty agent tasks move-task WP01 --to d',
    ]
    const files = ['kitty plugins link kitty-s', 'kitty export --out=kitty-s', 'kitty show "WP']
    const script = `function kitty; '${process.execPath}' '${PROGRAM}' $argv; end
kitty autocomplete fish | source
${[...lines, ...files].map((line) => `complete -C '${line}'; echo ---`).join('\n')}`
    const done = spawnSync('fish', ['--no-config', '-c', script], {
      cwd: root,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: tempFolder() },
    })
    const parts = done.stdout
      .split('---\n')
      .map((part) => part.split('\n').map((line) => line.split('\t')[0]))
    expect(parts[0]).toContain('move-task')
    expect(parts[1]).toEqual(expect.arrayContaining(['WP01']))
    expect(parts[2]).toEqual(expect.arrayContaining(['doing', 'done']))
    expect(parts[3]).toContain('kitty-specs/')
    expect(parts[4]).toContain('--out=kitty-specs/')
    expect(parts[5]).toContain('WP01')
    expect(done.stderr).toBe('')
  })
})

it('in PowerShell hands on every word as it was typed, the empty one too, and offers files by saying nothing', async () => {
  const { stdout } = await kitty({ cwd: root }, 'autocomplete', 'powershell')
  expect(stdout).toContain('Register-ArgumentCompleter -Native -CommandName kitty')
  expect(stdout).toContain("kitty autocomplete words '--' @words")
  expect(stdout).toContain('$_ -split "`t", 2')
  expect(stdout).toMatch(/\$empty = if .*7\.3.*''.*'""'/)
  expect(stdout).not.toMatch(/Invoke-Expression|iex /)
})

describe.skipIf(!has('bash'))('in bash', () => {
  const complete = `COMP_WORDS=("\${words[@]}"); COMP_CWORD=$((\${#words[@]} - 1))
"$(complete -p kitty | sed -E 's/.*-F ([^ ]+).*/\\1/')" kitty '' ''
[ \${#COMPREPLY[@]} -eq 0 ] || printf '%s\\n' "\${COMPREPLY[@]}"`

  it('completes commands, packages, features and lanes, and the names of files where a folder is meant', () => {
    const lines = [
      ['agent', 'tasks', 'mo'],
      ['agent', 'tasks', 'move-task', ''],
      ['agent', 'tasks', 'move-task', 'WP01', '--to', '=', 'd'],
      ['status', '--feature', '00'],
      ['plugins', 'link', 'kitty-s'],
    ]
    expect(inShell('bash', lines, { complete })).toEqual([
      ['move-task'],
      ['WP01', 'WP02', 'WP03'],
      ['doing', 'done'],
      ['001-login', '002-search'],
      ['kitty-specs'],
    ])
  })

  it('runs nothing that was typed, or that a folder is called', () => {
    const cwd = tempFolder()
    mkdirSync(join(cwd, '.git'))
    for (const name of ['001-$(touch ran)', '002-`touch ran`', '003-a;touch ran'])
      mkdirSync(join(cwd, 'kitty-specs', name), { recursive: true })
    const lines = [
      ['status', '--feature', '00'],
      ['plugins', 'link', '$(touch ran)'],
    ]
    expect(inShell('bash', lines, { complete, cwd })).toEqual([[], []])
    expect(snapshot(cwd)).toEqual({})
  })
})

describe.skipIf(!has('zsh'))('in zsh', () => {
  // What the completion system would be handed: the system itself needs a terminal.
  const before = `compdef() { [[ $1 == _kitty_complete ]]; }
_describe() { print -rl -- "\${(@P)2}"; }
compset() { print -r -- after "$2"; }
_files() { print -r -- files; }`
  const complete = `CURRENT=$#words\n_kitty_complete || true`

  it('completes commands with what they do, packages, features, lanes and files', () => {
    const lines = [
      ['agent', 'tasks', 'mo'],
      ['agent', 'tasks', 'move-task', ''],
      ['agent', 'tasks', 'move-task', 'WP01', '--to=d'],
      ['status', '--feature', '00'],
      ['export', '--out=k'],
      ['agent', 'tasks', 'show', 'WP01', ''],
    ]
    expect(inShell('zsh', lines, { before, complete })).toEqual([
      ['move-task:Move a work package to another lane'],
      ['WP01:', 'WP02:', 'WP03:'],
      ['--to=doing:', '--to=done:'],
      ['001-login:', '002-search:'],
      ['after --[a-z-]#=', 'files'],
      [],
    ])
  })
})
