import { beforeEach, describe, expect, it } from 'vitest'
import { KittyError } from '../../../src/core/errors/kitty-error.js'
import type { TeamLink } from '../../../src/core/store/event-store.js'
import { decideAgain, MovedOn } from '../../../src/core/store/moved-on.js'
import { rejectionOf, stepsOf } from '../../support/kitty-error.js'

const REFUSED = new KittyError('StateTransitionError', 'It is done already.', { nextSteps: ['Look.'] })

describe('a decision that others may overtake', () => {
  let happened: string[]
  let written: Set<string>
  let bringsNews: boolean
  const link = {
    beginDecision: () => void happened.push('decision'),
    begin: () => void happened.push('begin'),
    refresh: async (isUrgent?: boolean) => {
      happened.push(isUrgent === true ? 'urgent' : 'refresh')
      return bringsNews
    },
  } as unknown as TeamLink // what a decision calls

  beforeEach(() => {
    happened = []
    written = new Set()
    bringsNews = false
  })

  const decide = (work: () => Promise<string>, hub: TeamLink | undefined = link): Promise<string> =>
    decideAgain(hub, work, { recover: async () => void happened.push('recover'), written })

  /** Work that fails so many times. */
  function failing(times: number, error: Error): () => Promise<string> {
    let left = times
    return async () => {
      happened.push('work')
      if ((left -= 1) >= 0) throw error
      return 'done'
    }
  }

  it('catches up first, and without a hub is made once', async () => {
    await expect(
      decideAgain(undefined, failing(1, new MovedOn()), {
        recover: async () => void happened.push('recover'),
        written,
      }),
    ).rejects.toThrow(MovedOn)
    expect(happened).toEqual(['recover', 'work'])
  })

  it('is made once where it holds', async () => {
    expect(await decide(failing(0, REFUSED))).toBe('done')
    expect(happened).toEqual(['decision', 'recover', 'begin', 'work'])
  })

  it('is made again, after catching up, when another clone has moved on', async () => {
    expect(await decide(failing(2, new MovedOn()))).toBe('done')
    expect(happened).toEqual([
      ...['decision', 'recover', 'begin', 'work'],
      ...['decision', 'recover', 'work'],
      ...['decision', 'recover', 'work'],
    ])
  })

  it('is made again after a refusal only if the hub has news', async () => {
    await expect(decide(failing(1, REFUSED))).rejects.toThrow(REFUSED)
    expect(happened).toEqual(['decision', 'recover', 'begin', 'work', 'urgent'])
    bringsNews = true
    expect(await decide(failing(1, REFUSED))).toBe('done')
  })

  it('is not made again after a fault of the program', async () => {
    bringsNews = true
    await expect(decide(failing(1, new TypeError('a fault')))).rejects.toThrow('a fault')
  })

  it('is given up after twenty times', async () => {
    expect(await decide(failing(19, new MovedOn()))).toBe('done')
    const error = await rejectionOf(decide(failing(20, new MovedOn())))
    expect(error.kind).toBe('LostRace')
    expect(error.message).toBe(
      'Other clones changed this 20 times while it was decided; nothing more was written.',
    )
    expect(stepsOf(error)).toEqual(['Look at it again, and repeat the command if it still applies.'])
    expect(error.context).toEqual({ attempts: 20 })
  })

  it('is given up once something has been written', async () => {
    const work = async (): Promise<string> => {
      written.add('an event')
      throw new MovedOn()
    }
    expect((await rejectionOf(decide(work))).message).toContain('changed this 1 time while')
  })
})
