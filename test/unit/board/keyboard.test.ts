import { describe, expect, it, vi } from 'vitest'
import type { Key } from '../../../src/core/cli/board/key.js'
import { Keyboard } from '../../../src/core/cli/board/keyboard.js'
import { PATIENT } from '../../support/patient.js'

async function keysOf(...chunks: readonly string[]): Promise<string[]> {
  const keys: Key[] = []
  const keyboard = new Keyboard((key) => keys.push(key))
  for (const chunk of chunks) keyboard.feed(Buffer.from(chunk))
  keyboard.feed(Buffer.from('.'))
  await vi.waitUntil(() => keys.some(({ text }) => text === '.'), PATIENT)
  keyboard.close()
  return keys.slice(0, -1).map(({ name, text, ctrl }) => (ctrl ? `^${name}` : text === '' ? name : text))
}

describe('the keyboard', () => {
  it('names arrows, control keys and the characters of any script', async () => {
    expect(await keysOf('\u001b[A\u001bOB', 'q\u0003', 'é日🎉', '\r')).toEqual([
      'up',
      'down',
      'q',
      '^c',
      'é',
      '日',
      '🎉',
      '\r',
    ])
  })

  it('reads a sequence that arrives in two parts as one key', async () => {
    expect(await keysOf('\u001b', '[A')).toEqual(['up'])
  })

  it('reads a lone escape as the escape key', async () => {
    const keys: string[] = []
    const keyboard = new Keyboard(({ name }) => keys.push(name))
    keyboard.feed(Buffer.from('\u001b'))
    await vi.waitUntil(() => keys.length > 0, PATIENT)
    keyboard.close()
    expect(keys).toEqual(['escape'])
  })

  it('marks pasted text', async () => {
    expect(await keysOf('\u001b[200~', 'a', '\u001b[201~')).toEqual(['paste-start', 'a', 'paste-end'])
  })

  it('takes Alt with a letter for neither of them', async () => {
    expect(await keysOf('\u001bq')).toEqual([''])
  })
})
