import { describe, expect, it } from 'vitest'
import { Project } from '../support/project.js'

describe('the record of who has the write lock', () => {
  it.each([
    ['kitty claim', ['claim', 'WP01']],
    ['kitty note', ['note', 'WP01', 'secret words']],
    ['kitty agent tasks move-task', ['agent', 'tasks', 'move-task', 'WP01', '--to', 'doing']],
  ])('names the command, and nothing that it was given: %s', async (command, args) => {
    const project = await new Project().withPackages({ WP01: {} })
    expect(project.run(...args)).toMatchObject({ code: 0 })
    expect(JSON.parse(project.read('.git/kitty/lock'))).toMatchObject({ purpose: command })
  })
})
