import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { ResourceUpdates } from '../../../src/core/mcp/resource-updates.js'
import { dayFiles } from '../../support/log-files.js'
import { PATIENT } from '../../support/patient.js'
import { FEATURE, Project } from '../../support/project.js'

const uriOf = (id: string): string => `kitty://wp/${FEATURE}/${id}`

/** Follows, does this before anything else goes on, and answers what was announced of packages by the next change. */
async function announcedAfter(during: (project: Project) => void): Promise<string[]> {
  const project = await new Project().withPackages({ WP01: {}, WP02: {}, WP03: {} })
  expect(project.run('note', 'WP02', 'earlier').code).toBe(0)
  const stop = new AbortController()
  return project.use(async (services) => {
    const announced = new Set<string>()
    const updates = await services.get(ResourceUpdates)
    const followed = updates.follow(
      { announce: (uri) => announced.add(uri), failed: (error) => announced.add(String(error)) },
      stop.signal,
    )
    during(project)
    // Any other change is known to be announced later than what came before it.
    await expect
      .poll(() => [...announced, project.run('note', 'WP03', 'later').stderr], PATIENT)
      .toContain(uriOf('WP03'))
    stop.abort()
    await followed
    return [...announced].filter((uri) => uri.startsWith('kitty://wp/') && uri !== uriOf('WP03'))
  })
}

it('a change that comes before the first look has ended is announced, and nothing that was there before', async () => {
  expect(
    await announcedAfter((project) => {
      expect(project.run('note', 'WP01', 'hello').code).toBe(0)
    }),
  ).toEqual([uriOf('WP01')])
})

it('nothing is announced of what was there before', async () => {
  expect(await announcedAfter(() => undefined)).toEqual([])
})

it('all of a file is announced that git replaces before the first look has ended', async () => {
  expect(
    await announcedAfter((project) => {
      const path = project.path('.kittify', 'events', dayFiles(project.root).at(-1) ?? '')
      writeFileSync(`${path}.new`, readFileSync(path))
      renameSync(`${path}.new`, path)
    }),
  ).toEqual([uriOf('WP02')])
})
