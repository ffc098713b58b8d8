import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { kitty, type Outcome } from '../support/program.js'
import { tempFolder } from '../support/temp-folder.js'

const SECRET = 'the customer is called Acme Widgets'
const IDENTITY = ['-c', 'user.name=ada', '-c', 'user.email=ada@example.org']

class Place {
  constructor(readonly root: string) {}

  git(...args: readonly string[]): string {
    return execFileSync('git', [...IDENTITY, ...args], { cwd: this.root, encoding: 'utf8' })
  }

  async kitty(...args: readonly string[]): Promise<Outcome> {
    const outcome = await kitty({ cwd: this.root }, ...args)
    if (outcome.code !== 0) throw new Error(`kitty ${args.join(' ')}: ${outcome.stderr}`)
    return outcome
  }

  commit(message: string): void {
    this.git('add', '--all')
    this.git('commit', '--quiet', '-m', message)
  }

  /** Every file of kitty's that holds the text: in the work tree, and below git's directory. */
  filesWith(text: string): string[] {
    return [join(this.root, '.kittify'), join(this.root, '.git', 'kitty')].flatMap((folder) =>
      filesBelow(folder).filter((path) => contentOf(path).includes(text)),
    )
  }

  async shown(): Promise<string> {
    const outputs = [
      await this.kitty('agent', 'events', 'list', '--json'),
      await this.kitty('agent', 'tasks', 'show', 'WP01', '--json'),
    ]
    return outputs.map(({ stdout }) => stdout).join('\n')
  }
}

/** Unpacks what the archive has compressed. */
function contentOf(path: string): Buffer {
  const bytes = readFileSync(path)
  return path.endsWith('.gz') ? gunzipSync(bytes) : bytes
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
}

/** Writes events until the note's line has left the journal. @returns the archive's file that has it */
async function archiveOf(place: Place): Promise<string> {
  const items = Array.from({ length: 500 }, (_, at) => ({
    id: `bd-${at}`,
    title: `Item ${at} ${'x'.repeat(400)}`,
  }))
  const source = join(dirname(place.root), 'issues.jsonl')
  writeFileSync(source, items.map((item) => JSON.stringify(item)).join('\n'))
  await place.kitty('import', 'beads', source, '--source', 'old', '--feature', '001')
  const files = place.filesWith(SECRET).filter((path) => path.includes(join('.git', 'kitty')))
  expect(files.map((path) => basename(dirname(path)))).toEqual(['events'])
  return files[0] ?? ''
}

/** A repository with a note that must go, committed on main and on an older branch, and a clone of it. */
async function noted(): Promise<{ origin: Place; clone: Place; id: string }> {
  const folder = tempFolder()
  const origin = new Place(join(folder, 'origin'))
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', origin.root])
  await origin.kitty('init')
  await origin.kitty('agent', 'feature', 'setup-spec', 'demo')
  await origin.kitty('new', 'A package')
  const { stdout } = await origin.kitty('agent', 'tasks', 'note', 'WP01', SECRET, '--json')
  const { event } = JSON.parse(stdout) as { event: { event_id: string } } // the command's document
  origin.commit('note')
  origin.git('branch', 'older')
  origin.git('clone', '--quiet', origin.root, join(folder, 'clone'))
  const clone = new Place(join(folder, 'clone'))
  return { origin, clone, id: event.event_id }
}

describe('a redacted event', () => {
  it('is gone from every file of kitty and every answer, and nothing of git brings it back', async () => {
    const { origin, id } = await noted()
    expect(origin.filesWith(SECRET).length).toBeGreaterThan(1)
    const { stdout } = await origin.kitty(
      'agent',
      'events',
      'redact',
      id,
      '--reason',
      'names a customer',
      '--json',
    )
    expect(JSON.parse(stdout)).toMatchObject({
      redacted: [{ event_id: id, event_type: 'NoteAdded' }],
      warnings: [],
    })
    expect(origin.filesWith(SECRET)).toEqual([])
    expect(await origin.shown()).toContain('names a customer')

    for (const bringBack of [
      () => origin.git('checkout', '--quiet', '--', '.kittify'),
      () => origin.git('checkout', '--quiet', '--force', 'older'),
      () => origin.git('checkout', '--quiet', '--force', 'main'),
      () => origin.git('stash', '--quiet'),
    ]) {
      bringBack()
      expect(await origin.shown()).not.toContain(SECRET)
      await origin.kitty('agent', 'tasks', 'note', 'WP01', 'one more')
      expect(origin.filesWith(SECRET)).toEqual([])
    }
    await origin.kitty('agent', 'events', 'restore', '--from', 'older')
    await origin.kitty('doctor', '--fix').catch(() => undefined)
    expect(origin.filesWith(SECRET)).toEqual([])
  })

  it.each(['plain', 'compressed'])(
    'leaves a %s archive, and no branch, stash or clone brings it back',
    async (form) => {
      const { origin, clone, id } = await noted()
      const file = await archiveOf(origin)
      if (form === 'compressed') {
        for (const name of [file, file.replace(/jsonl$/, 'ids')])
          renameSync(name, join(dirname(name), basename(name).replace(/^[\d-]+/, '2026-01-01')))
        // The next lines that are archived let the day before be compressed.
        await archiveOf(origin).catch(() => undefined)
      }
      origin.commit('a board')
      await origin.kitty('agent', 'tasks', 'note', 'WP01', 'not committed')
      origin.git('stash', 'store', '--quiet', origin.git('stash', 'create').trim())
      await clone.kitty('agent', 'tasks', 'note', 'WP01', 'the clone writes too')
      clone.commit('more')

      await origin.kitty('agent', 'events', 'redact', id, '--reason', 'names a customer')
      expect(origin.filesWith(SECRET)).toEqual([])
      origin.commit('redact')
      for (const bringBack of [
        () => origin.git('stash', 'apply', '--quiet'),
        () => origin.git('checkout', '--quiet', '--force', 'older'),
        () => origin.git('checkout', '--quiet', '--force', 'main'),
        () => {
          origin.commit('goes on')
          origin.git('pull', '--quiet', '--no-rebase', '--no-edit', clone.root, 'main')
        },
      ]) {
        bringBack()
        expect(await origin.shown()).not.toContain(SECRET)
        await origin.kitty('agent', 'tasks', 'note', 'WP01', 'one more')
        expect(origin.filesWith(SECRET)).toEqual([])
      }
    },
  )

  it('is gone from what kitty notes about the packages’ files, which a person is told to edit', async () => {
    const { origin } = await noted()
    await origin.kitty('agent', 'feature', 'setup-spec', 'other')
    const made = await origin.kitty('new', 'Acme Widgets', '--feature', 'other', '--json')
    const { file } = JSON.parse(made.stdout) as { file: string } // the command's document
    utimesSync(join(origin.root, file), 1, 1)
    await origin.kitty('status')
    await origin.kitty('sync')
    expect(origin.filesWith('Acme Widgets').map((path) => basename(dirname(path)))).toContain('synced')
    const list = JSON.parse((await origin.kitty('agent', 'events', 'list', '--json')).stdout) as {
      events: { event_id: string; payload: object }[]
    } // the command's document
    const ids = list.events
      .filter(({ payload }) => JSON.stringify(payload).includes('Acme'))
      .map((one) => one.event_id)
    const { stdout } = await origin.kitty('agent', 'events', 'redact', ...ids, '--reason', 'a name')
    expect(stdout).toContain('below kitty-specs')
    expect(origin.filesWith('Acme Widgets')).toEqual([])
  })

  it('stays away in a merge with a branch that has the full line', async () => {
    const { origin, id } = await noted()
    await origin.kitty('agent', 'events', 'redact', id, '--reason', 'names a customer')
    origin.commit('redact')
    origin.git('checkout', '--quiet', 'older')
    await origin.kitty('agent', 'tasks', 'note', 'WP01', 'on the older branch')
    origin.commit('older goes on')
    origin.git('checkout', '--quiet', 'main')
    origin.git('merge', '--quiet', '--no-edit', 'older')
    expect(await origin.shown()).not.toContain(SECRET)
    await origin.kitty('agent', 'tasks', 'note', 'WP01', 'after the merge')
    expect(origin.filesWith(SECRET)).toEqual([])
  })

  it('is not shown for a branch that still has the full line, in the summary for a reviewer or the preview of a merge', async () => {
    const { origin } = await noted()
    origin.git('checkout', '--quiet', '-b', 'work')
    const { stdout } = await origin.kitty('new', SECRET, '--json')
    origin.commit('a package with that title')
    origin.git('branch', 'full')
    const { event } = JSON.parse(stdout) as { event: { event_id: string } } // the command's document
    await origin.kitty('agent', 'events', 'redact', event.event_id, '--reason', 'names a customer')
    origin.git('rm', '--quiet', '-r', '--force', 'kitty-specs')
    const ci = await origin.kitty('ci', '--base', 'older', '--json')
    expect(ci.stdout).not.toContain(SECRET)
    expect(JSON.parse(ci.stdout)).toMatchObject({ new_events: 1 })
    origin.commit('redact')
    origin.git('checkout', '--quiet', 'main')
    const preview = JSON.parse((await origin.kitty('agent', 'merge', 'preview', 'full', '--json')).stdout)
    expect(preview).toMatchObject({ new_events: 1 })
    expect(JSON.stringify({ ...preview, definitions: [] })).not.toContain(SECRET)
  })

  it('is hidden in a clone that pulls the stub, until someone there purges or refuses it', async () => {
    for (const decision of ['purge', 'refuse'] as const) {
      const { origin, clone, id } = await noted()
      await clone.kitty('agent', 'events', 'redact', id, '--reason', 'names a customer')
      clone.commit('redact')
      origin.git('pull', '--quiet', '--no-rebase', '--no-edit', clone.root, 'main')
      expect(await origin.shown()).not.toContain(SECRET)
      const status = await origin.kitty('status')
      expect(status.stderr).toContain('redact --purge')
      expect(status.stderr).toContain(`redact --refuse ${id}`)
      if (decision === 'purge') {
        await origin.kitty('agent', 'events', 'redact', '--purge')
        expect(origin.filesWith(SECRET)).toEqual([])
      } else {
        await origin.kitty('agent', 'events', 'redact', '--refuse', id)
        expect(await origin.shown()).toContain(SECRET)
      }
      expect((await origin.kitty('status')).stderr).not.toContain('--purge')
    }
  })

  it('needs a name that means one event, and a reason without a secret', async () => {
    const { origin, id } = await noted()
    const redact = (...args: readonly string[]): Promise<Outcome> =>
      kitty({ cwd: origin.root }, 'agent', 'events', 'redact', ...args)
    expect(await redact(id)).toMatchObject({ code: 2 })
    expect(await redact(id, '--reason', '')).toMatchObject({ code: 2 })
    expect(await redact('ZZZZZZ', '--reason', 'x')).toMatchObject({ code: 2 })
    expect(await redact(id, '--reason', `ghp_${'a'.repeat(36)}`)).toMatchObject({ code: 2 })
    expect(await origin.shown()).toContain(SECRET)
  })
})
