import { describe, expect, it } from 'vitest'
import { environmentLine, HOOKED, hookAnswer, sessionOf } from '../../../src/core/agents/session-hook.js'

describe('the session in a hook input', () => {
  it.each([
    ['{"session_id":"0f2a-1","source":"compact"}', '0f2a-1'],
    ['{"sessionId":"01J9ZC"}', '01J9ZC'],
    ['{"conversation_id":"c.1"}', 'c.1'],
  ])('is read from %s', (input, session) => {
    expect(sessionOf(input)).toBe(session)
  })

  it.each([
    '',
    'garbage',
    'null',
    '[]',
    '{}',
    '{"session_id":7}',
    '{"session_id":"a; rm -rf ~"}',
    '{"session_id":"a\\nb"}',
  ])('is none in %j: nothing of it may reach a shell', (input) => {
    expect(sessionOf(input)).toBeUndefined()
  })
})

describe('the answer to a session hook', () => {
  it.each(HOOKED)('of %s carries the text', (agent) => {
    expect(JSON.stringify(hookAnswer(agent, 'the text', 's1'))).toContain('"the text"')
  })

  it('sets the session where the agent lets a hook do so', () => {
    expect(hookAnswer('cursor', 'text', 's1')).toEqual({
      additional_context: 'text',
      env: { KITTY_SESSION: 's1' },
    })
    expect(environmentLine('s1')).toBe('export KITTY_SESSION=s1\n')
  })
})
