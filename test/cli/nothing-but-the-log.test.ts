import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { preparedRepository } from '../support/prepared-repository.js'
import { kitty, type Outcome } from '../support/program.js'
import type { TempRepository } from '../support/temp-repository.js'

const STEPS = [
  ['agent', 'tasks', 'move-task', 'WP01', '--to', 'doing', '--json'],
  ['status'],
  ['agent', 'tasks', 'move-task', 'WP01', '--to', 'for_review', '--json'],
  ['agent', 'tasks', 'show', 'WP01', '--json'],
  ['agent', 'tasks', 'move-task', 'WP03', '--to', 'doing', '--json'],
  ['agent', 'tasks', 'move-task', 'WP01', '--to', 'done', '--expect', 'for_review', '--json'],
  ['agent', 'events', 'list'],
  ['status', '--json'],
] as const

describe('everything but the log', () => {
  it('may be deleted between any two commands: both print the same as if it had been there', async () => {
    const [untouched, robbed] = await Promise.all([preparedRepository(), preparedRepository()])
    for (const step of STEPS) {
      deleteDerived(robbed)
      const [expected, found] = await Promise.all([run(untouched, step), run(robbed, step)])
      expect(found, step.join(' ')).toEqual(expected)
    }
    deleteDerived(robbed)
    const [expected, found] = await Promise.all([
      run(untouched, ['agent', 'events', 'list', '--format', 'jsonl']),
      run(robbed, ['agent', 'events', 'list', '--format', 'jsonl']),
    ])
    expect(found).toEqual(expected)
  })

  it('may be deleted with the folders that hold it, and a clone starts from the log alone', async () => {
    const repository = await preparedRepository()
    await run(repository, STEPS[0])
    repository.commitAll('a move')
    const board = await run(repository, ['status', '--json'])
    const clone = join(repository.root, '.git', 'a-clone')
    repository.git('clone', '--quiet', repository.root, clone)
    // For a clone, the claim was made elsewhere.
    const here = { ...board, stdout: board.stdout.replace('"elsewhere":false', '"elsewhere":true') }
    expect(await run({ root: clone }, ['status', '--json'])).toEqual(here)
  })
})

async function run({ root }: Pick<TempRepository, 'root'>, args: readonly string[]): Promise<Outcome> {
  const outcome = await kitty({ cwd: root }, ...args)
  return { code: outcome.code, stdout: masked(outcome.stdout), stderr: masked(outcome.stderr) }
}

/** Two repositories never share ids or times; everything else they print must be the same. */
function masked(text: string): string {
  return text
    .replaceAll(/\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/g, 'ULID')
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{3})?Z?)?/g, 'TIME')
}

function deleteDerived({ root }: TempRepository): void {
  const events = join(root, '.kittify', 'events')
  for (const name of readdirSync(events)) if (name.startsWith('index.db')) rmSync(join(events, name))
  rmSync(join(root, '.kittify', 'clock.json'), { force: true })
  const tasks = join(root, 'kitty-specs', '001-login', 'tasks')
  for (const name of readdirSync(tasks)) {
    const text = readFileSync(join(tasks, name), 'utf8')
    writeFileSync(join(tasks, name), text.replace(/^lane:.*\n/m, ''))
  }
}
