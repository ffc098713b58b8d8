import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { event, expectBounded, FEATURE, packageText, Victim } from './support/victim.js'

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url))

describe('a name that looks like an option of git’s', () => {
  it('is a revision, a branch or a path, and never an option', async () => {
    const victim = await Victim.make()
    const option = '--output=PWNED'
    victim.git('update-ref', 'refs/heads/--upload-pack=touch', 'HEAD')
    victim.git('update-ref', `refs/heads/${option}`, 'HEAD')
    for (const args of [
      ['status', `--at=${option}`],
      ['implement', 'WP01', `--base=${option}`],
      ['agent', 'merge', 'preview', '--', option],
      ['agent', 'events', 'audit', '--', option],
      ['agent', 'events', 'audit', '--', `${option}..${option}`],
      ['agent', 'events', 'restore', `--from=${option}`],
      ['ci', `--base=${option}`],
      ['status', '--at=--upload-pack=touch'],
    ])
      await victim.kitty(...args)
    expect(existsSync(victim.path('PWNED'))).toBe(false)
    expect(victim.changedOutside()).toEqual([])
  })

  it('given to a merge driver does nothing outside the log', async () => {
    const victim = await Victim.make()
    for (const path of ['--output=PWNED', '../outside/bashrc', '-']) {
      for (const driver of [
        ['agent', 'events', 'merge-driver'],
        ['agent', 'specs', 'merge-driver'],
      ])
        await victim.kitty(...driver, '--', path, path, path, path)
    }
    expect(existsSync(victim.path('PWNED'))).toBe(false)
    expect(victim.changedOutside()).toEqual([])
  })
})

describe('names that reach prototypes', () => {
  const NAMES = ['__proto__', 'constructor', 'prototype']

  it('in the log, the settings and front matter change no answer', async () => {
    const victim = await Victim.make()
    const before = await victim.lanes()
    for (const name of NAMES) {
      victim.append(
        `{"__proto__":{"lane":"done"},${JSON.stringify(event()).slice(1)}`,
        event({ payload: { feature_slug: FEATURE, text: 'x', [name]: { lane: 'done', polluted: true } } }),
        event({
          event_type: 'TagsChanged',
          payload: { feature_slug: FEATURE, added: [name], removed: [] },
        }),
      )
      victim.write(
        `kitty-specs/${FEATURE}/tasks/WP04-part.md`,
        packageText('WP04', `${name}: {lane: done}\n`),
      )
      victim.write('.kittify/config.json', `{"${name}":{"polluted":true}}`)
      for (const args of [
        ['status'],
        ['sync'],
        ['doctor'],
        ['show', 'WP01'],
        ['show', name],
        ['list', '--tag', name],
      ])
        expect((await victim.kitty(...args)).stdout).not.toContain('polluted')
      execFileSync('rm', [victim.path('.kittify/config.json')])
    }
    expect(await victim.lanes()).toMatchObject(before)
  })
})

describe('YAML that attacks its reader', () => {
  const bombs: Readonly<Record<string, string>> = {
    'a bomb of aliases': Array.from(
      { length: 9 },
      (_, at) =>
        `l${at}: &l${at} [${Array(9)
          .fill(at === 0 ? '"lol"' : `*l${at - 1}`)
          .join(', ')}]`,
    ).join('\n'),
    'a tag that calls a function': 'title: !!js/function "function () { process.exit(99) }"',
    'brackets 20,000 deep': `title: ${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    'dashes 20,000 deep': `title:\n ${'- '.repeat(20_000)}x`,
    'a merge key': 'base: &b {title: x}\n<<: *b',
  }

  it.each(Object.entries(bombs))('%s: named, and nothing of it runs', async (_, yaml) => {
    const victim = await Victim.make()
    victim.write(`kitty-specs/${FEATURE}/tasks/WP04-part.md`, `---\nwork_package_id: WP04\n${yaml}\n---\n`)
    const ran = await victim.kitty('agent', 'feature', 'finalize-tasks', '--feature', FEATURE)
    expectBounded(ran)
    expect([1, 3]).toContain(ran.code)
    expect(ran.stdout + ran.stderr).toContain('WP04-part.md')
  })
})

describe('completion', () => {
  it('gives names to a shell as text, and evaluates none', async () => {
    const victim = await Victim.make()
    for (const slug of ['002-$(touch PWNED)', '003-`touch PWNED`', '004-a b', "005-'"])
      mkdirSync(victim.path('kitty-specs', slug, 'tasks'), { recursive: true })
    const { stdout: script } = await victim.done('autocomplete', 'bash')
    const program = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
    const bin = join(victim.folder, 'bin')
    mkdirSync(bin)
    execFileSync('ln', ['-s', program, join(bin, 'kitty')])
    const session = `${script}
      for words in "kitty list --feature " "kitty list --feature 00" 'kitty list --feature $(touch' 'kitty show \`touch'; do
        COMP_LINE="$words"; COMP_POINT=\${#words}; read -ra COMP_WORDS <<< "$words"; COMP_WORDS+=(""); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
        for function in $(complete -p kitty | sed -n 's/.*-F \\([^ ]*\\).*/\\1/p'); do "$function" kitty "" ""; done
        printf '%s\\n' "\${COMPREPLY[@]}"
      done`
    execFileSync('bash', ['-c', session], {
      cwd: victim.root,
      env: { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: victim.home },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    expect(readdirSync(victim.root)).not.toContain('PWNED')
  })
})

describe('one line of 600 MB in the log of the work tree', () => {
  it('is passed over in little memory', async () => {
    const victim = await Victim.make()
    const path = victim.path('.kittify', 'events', '2026-11-01.jsonl')
    execFileSync('truncate', ['--size', '600M', path])
    for (const args of [['status'], ['agent', 'events', 'verify'], ['note', 'WP01', 'x']]) {
      const ran = await victim.kitty(...args)
      expect(ran.memory, args.join(' ')).toBeLessThan(200)
      expect(ran.stderr + ran.stdout, args.join(' ')).toContain('2026-11-01.jsonl')
    }
    // The write has taken it for a torn tail, and kept every byte.
    const kept = readdirSync(victim.path('.kittify', 'errors')).map((name) =>
      victim.path('.kittify', 'errors', name),
    )
    expect(Math.max(...kept.map((file) => statSync(file).size))).toBe(600 * 1024 * 1024)
    expect((await victim.kitty('agent', 'events', 'verify')).code).toBe(0)
  })
})

describe('git’s variables in the environment', () => {
  it.each<[string, (other: Victim) => Readonly<Record<string, string>>]>([
    ['GIT_DIR', (other) => ({ GIT_DIR: other.path('.git') })],
    ['GIT_WORK_TREE', (other) => ({ GIT_WORK_TREE: other.root })],
    ['GIT_INDEX_FILE', (other) => ({ GIT_INDEX_FILE: other.path('.git', 'index') })],
    ['GIT_CEILING_DIRECTORIES', (other) => ({ GIT_CEILING_DIRECTORIES: other.folder })],
  ])('%s leads no command to another repository', async (_, env) => {
    const [victim, other] = [await Victim.make(), await Victim.make()]
    const before = other.log()
    for (const args of [['note', 'WP01', 'here'], ['status'], ['commit'], ['implement', 'WP01']])
      expect((await victim.kittyWith({ env: env(other) }, ...args)).code, args.join(' ')).toBe(0)
    expect(other.log()).toBe(before)
    expect(other.git('status', '--porcelain')).toBe('')
    expect(victim.log()).toContain('here')
  })
})

describe('what kitty is built from', () => {
  it('has the hash of every package in its lockfile', () => {
    // Cast: npm writes this file.
    const { packages } = JSON.parse(readFileSync(join(REPOSITORY, 'package-lock.json'), 'utf8')) as {
      packages: Readonly<Record<string, { resolved?: string; integrity?: string; link?: boolean }>>
    }
    const fetched = Object.entries(packages).filter(
      ([path, one]) => path.startsWith('node_modules/') && one.link !== true,
    )
    expect(fetched.length).toBeGreaterThan(100)
    expect(fetched.filter(([, one]) => !/^sha512-/.test(one.integrity ?? '')).map(([name]) => name)).toEqual(
      [],
    )
  })

  it('is released by actions that are pinned to a commit', () => {
    const folder = join(REPOSITORY, '.github', 'workflows')
    const uses = readdirSync(folder).flatMap((name) =>
      [...readFileSync(join(folder, name), 'utf8').matchAll(/^\s*(?:- )?uses: *(\S+)/gm)].map(
        ([, action = '']) => action,
      ),
    )
    expect(uses.length).toBeGreaterThan(0)
    expect(uses.filter((action) => !action.startsWith('./') && !/@[0-9a-f]{40}$/.test(action))).toEqual([])
  })
})
