import { Random } from '../../support/random.js'
import { checkInvariants } from './invariants.js'
import type { Outcome, Started } from './program.js'
import { World } from './world.js'
import { WRITING_COMMANDS, type WritingCommand } from './writing-commands.js'

/** Need no state of their own, so that each can run next to any other. */
const ANYWHERE = WRITING_COMMANDS.filter(({ prepare }) => prepare === undefined)
/** Done, refused, not ready. A command that is repeated alone has no other reason to fail. */
const AFTER_REPEAT = [0, 1, 2, 5]
const KILLED = 137

export interface Round {
  readonly kills: number
  readonly acknowledged: number
}

/**
 * Kills commands at moments that come from how long the last ones took: a quarter of them ends before that, on a machine
 * of any speed. Which commands they are comes from the number of the round alone.
 */
export class RandomKills {
  #limitMs = 300

  /**
   * One round: a fresh repository, a process that writes one event after the other, a command next to it, and up to four
   * more. Then the invariants, and each killed command with a key once more.
   * @throws what is broken, with the round's number
   */
  async round(nth: number): Promise<Round> {
    const random = new Random(nth)
    const first = random.pick(WRITING_COMMANDS)
    const commands = [first, ...Array.from({ length: random.int(1, 4) }, () => random.pick(ANYWHERE))]
    try {
      return await this.#killed(commands, random)
    } catch (error) {
      const titles = commands.map(({ title }) => title).join(', ')
      const reason = error instanceof Error ? error.message : String(error)
      throw new Error(`round ${nth} (KITTY_KILL_ROUND=${nth}: ${titles}): ${reason}`, { cause: error })
    }
  }

  async #killed(commands: readonly WritingCommand[], random: Random): Promise<Round> {
    const world = await World.make()
    for (const { prepare } of commands) await prepare?.(world)
    const calls = commands.map((command, at) => callOf(command, world, `key-${at}`))
    const before = world.acknowledged.size
    const emitter = world.startEmitter(['emit'])
    await emitter.says('writing')
    const [emitted, ...outcomes] = await Promise.all([
      this.#killEmitter(world, emitter, random),
      ...calls.map((call) => this.#killCommand(world, call, random)),
    ])
    const exempt = { rewritten: commands.some((command) => command.exempt?.rewritten) }
    await checkInvariants(world, exempt)
    for (const [at, outcome] of outcomes.entries())
      if (outcome.exit === KILLED && commands[at]?.isKeyed) await repeat(world, calls[at] ?? [])
    await checkInvariants(world, exempt)
    await world.remove()
    const kills = [emitted, ...outcomes].filter(({ exit }) => exit === KILLED).length
    return { kills, acknowledged: world.acknowledged.size - before }
  }

  async #killEmitter(world: World, emitter: Started, random: Random): Promise<Outcome> {
    setTimeout(() => {
      emitter.kill('SIGKILL')
    }, random.next() * this.#limitMs)
    const outcome = await emitter.finished
    world.acknowledgeNotes(outcome.stdout)
    return outcome
  }

  async #killCommand(world: World, call: readonly string[], random: Random): Promise<Outcome> {
    const outcome = await world.kitty(call, { within: (random.next() * this.#limitMs) / 1000 })
    this.#limitMs *= outcome.exit === KILLED ? 1.01 : 0.97
    expectKnown(outcome, [0, 1, 2, 4, 5, 6, KILLED])
    return outcome
  }
}

function callOf({ args, isKeyed }: WritingCommand, world: World, key: string): readonly string[] {
  const words = typeof args === 'function' ? args(world) : args
  return [...words, ...(isKeyed ? ['--idempotency-key', key] : []), '--json']
}

async function repeat(world: World, call: readonly string[]): Promise<void> {
  expectKnown(await world.kitty(call), AFTER_REPEAT, `again, ${call.join(' ')}: `)
}

function expectKnown({ exit, stdout, stderr }: Outcome, known: readonly number[], at = ''): void {
  const said = `${stdout.slice(0, 600)} ${stderr.slice(0, 600)}`
  if (!known.includes(exit) || said.includes('InternalError')) throw new Error(`${at}exit ${exit}: ${said}`)
}
