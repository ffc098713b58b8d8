import { expect, it } from 'vitest'
import { MergedFiles } from '../../src/core/services/definitions/merged-files.js'
import { noteLine } from '../support/events.js'
import { Project } from '../support/project.js'
import { gitIn } from '../support/temp-repository.js'

const FILE = 'kitty-specs/001-demo/tasks/WP01-part.md'

it.each([
  ['letters', 'theirs', 'ours'],
  ['quotes', 'the"irs"', 'o"urs'],
  ['backslashes and other scripts', 'th\\eirs', 'naïve\\ours'],
])('a merge is known to have merged the file with events whose IDs have %s', async (_, theirs, ours) => {
  const project = new Project()
  const git = (...args: string[]) => gitIn(project.root, ...args)
  const commit = (message: string): void => {
    git('add', '--all')
    git('commit', '--quiet', '--message', message)
  }
  const side = (day: string, event_id: string): void => {
    project.write(`.kittify/events/2026-11-${day}.jsonl`, noteLine(1, { event_id }))
    commit(event_id)
  }
  project.write(FILE, 'text')
  commit('base')
  git('switch', '--quiet', '--create', 'other')
  side('22', theirs)
  git('switch', '--quiet', '-')
  side('23', ours)
  const merged = (): Promise<boolean> =>
    project.use(async (services) =>
      (await services.get(MergedFiles)).hasMerged(FILE, [{ event_id: theirs }, { event_id: ours }]),
    )
  expect(await merged()).toBe(false)
  git('merge', '--quiet', '--no-edit', 'other')
  expect(await merged()).toBe(true)
})
