import { Linter } from 'eslint'
import { describe, expect, it } from 'vitest'

// Plain JavaScript, so its shape is said here.
const { NEXT_STEPS } = (await import(new URL('../../eslint.config.js', import.meta.url).href)) as {
  NEXT_STEPS: readonly { readonly selector: string; readonly message: string }[]
}

function said(code: string): string[] {
  const rules = { 'no-restricted-syntax': ['error', ...NEXT_STEPS] as Linter.RuleEntry }
  return new Linter().verify(code, { rules }).map(({ message }) => message)
}

describe('a next step that is made by hand', () => {
  it.each([
    ['from a template', 'x({ nextSteps: [`look at ${path}`] })'],
    ['from a template within a choice', 'x({ nextSteps: a ? [`look at ${path}`] : [] })'],
    ['from a list of names', 'x({ nextSteps: slugs.map((slug) => `--feature ${slug}`) })'],
    ['by joining texts', "x({ nextSteps: ['look at ' + path] })"],
    ['as a command without its words', "x({ nextSteps: ['kitty status'] })"],
    ['for the doctor', 'byHand(message, `chmod u+w ${path}`)'],
    ['in a message', 'warn(`${id} waits: kitty agent tasks show ${id}`)'],
    ['in a message, with options', 'warn(`To go on: kitty agent tasks move-task --to ${lane}`)'],
    ['with git', 'warn(`then: git worktree remove ${path}`)'],
    ['with a shell', 'warn(`next: cd ${path}`)'],
  ])('%s fails lint', (_, code) => {
    expect(said(code).join()).toContain('core/errors/next-step')
  })

  it.each([
    "x({ nextSteps: ['Run the command again.'] })",
    "x({ nextSteps: shownCommand(['kitty', 'agent', 'tasks', 'show', `${feature}/${id}`]) })",
    'x({ nextSteps: [sentence`look at ${path}`] })',
    "x({ nextSteps: ['kitty agent feature setup-spec SLUG'] })",
    'warn(`Git did not remove ${path}: ${reason}`)',
    'warn(`This kitty uses ${version}`)',
  ])('passes lint as %s', (code) => {
    expect(said(code)).toEqual([])
  })
})
