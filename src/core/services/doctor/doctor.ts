import { inject, injectable } from 'inversify'
import { EXIT, isKittyError } from '../../errors/kitty-error.js'
import type { CheckDocument } from '../../projections/board-document.js'
import { byHand, type Check, type Verdict } from './check.js'
import { placeChecks } from './place-checks.js'
import { Session } from '../../workspace/session.js'
import { Notices } from '../../errors/notices.js'
import type { MachineChecks } from './machine-checks.js'
import type { LogChecks } from './log-checks.js'
import type { QuietLook } from '../verify/quiet-look.js'
import type { ReplayedLog } from '../verify/replayed-log.js'
import type { EventStore } from '../../store/event-store.js'
import { token } from '../../token.js'

export interface Diagnosis {
  readonly checks: readonly CheckDocument[]
  readonly ok: boolean
  /** Names of the checks that failed and were repaired. */
  readonly fixed: readonly string[]
}

interface Examined extends Check {
  readonly verdict: Verdict
}

/** The services that need a repository that opens. */
export interface OpenRepository {
  readonly machine: MachineChecks
  readonly log: LogChecks
  readonly quiet: QuietLook
  readonly store: EventStore
}

/** @throws KittyError whatever keeps the repository from opening */
export type OpensRepository = () => OpenRepository
export const OpensRepository = token<OpensRepository>('OpensRepository')

/** One repair may reveal the next: an event moved into its day's file may already be there. */
const ROUNDS = 3

/** Examines everything that kitty depends on, and repairs what can be repaired without losing a byte. */
@injectable()
export class Doctor {
  #replayed: ReplayedLog | undefined

  constructor(
    @inject(Session) private readonly session: Session,
    @inject(Notices) private readonly notices: Notices,
    @inject(OpensRepository) private readonly open: OpensRepository,
  ) {}

  /**
   * @param fix repair what can be repaired with the write lock held, and examine again
   * @throws KittyError LockTimeout, in which case nothing was repaired
   */
  async examine(fix: boolean): Promise<{ diagnosis: Diagnosis; exitCode: number }> {
    try {
      return await this.#examine(fix)
    } finally {
      await this.#replayed?.close()
      this.#replayed = undefined
    }
  }

  async #examine(fix: boolean): Promise<{ diagnosis: Diagnosis; exitCode: number }> {
    const before = await this.#look()
    let after = before
    let refused: Examined[] = []
    for (let round = 0; fix && round < ROUNDS && refused.length === 0; round += 1) {
      const repairs = after.filter(({ verdict }) => verdict.repair !== undefined)
      if (repairs.length === 0) break
      refused = await this.#repair(repairs)
      after = await this.#look()
    }
    const examined = [...after, ...refused]
    const failed = examined.filter(({ verdict }) => !verdict.ok)
    const failedBefore = new Map(
      before.filter(({ verdict }) => !verdict.ok).map(({ name, verdict }) => [name, verdict]),
    )
    const fixed = after
      .filter(({ name, verdict }) => verdict.ok && failedBefore.has(name))
      .map(({ name }) => name)
    const checks = examined.map(({ name, verdict: { ok, message, fix: says, nextSteps } }) => {
      const was = ok ? failedBefore.get(name) : undefined
      return {
        name,
        ok,
        message: was === undefined ? message : putRight(was),
        fix: says,
        next_steps: nextSteps,
      }
    })
    const worst = failed.some(({ area }) => area === 'data') ? EXIT.damaged : EXIT.environment
    return {
      diagnosis: { checks, ok: failed.length === 0, fixed },
      exitCode: failed.length === 0 ? EXIT.done : worst,
    }
  }

  async #look(): Promise<Examined[]> {
    const examined: Examined[] = []
    for (const check of placeChecks(this.session)) {
      const verdict = await check.look()
      examined.push({ ...check, verdict })
      // The remaining checks would fail for the same reason, with a less clear message.
      if (!verdict.ok) return examined
    }
    const { machine, log, quiet, store } = this.open()
    examined.push(...(await examinedAll(machine.checks())))
    const isWell = (found: readonly Examined[]): boolean => found.every(({ verdict }) => verdict.ok)
    examined.push(...(await quiet.confirmed('doctor', () => this.#data(log), isWell)))
    await store.close()
    return examined
  }

  /** Reads the log whole for the first look, and for a later one, with the lock held perhaps, what has come since. */
  async #data(log: LogChecks): Promise<Examined[]> {
    const read = async (): Promise<Check[]> => {
      this.#replayed = (await this.#replayed?.caughtUp()) ?? (await log.replay())
      return log.checks(this.#replayed)
    }
    return examinedAll(await this.#logChecks(read))
  }

  /** Reports a log that cannot be read at all as a single finding. */
  async #logChecks(read: () => Promise<Check[]>): Promise<Check[]> {
    try {
      return await read()
    } catch (error) {
      if (!isKittyError(error)) throw error
      const { message, nextSteps } = error
      return [{ name: 'log', area: 'data', look: () => byHand(message, ...nextSteps) }]
    }
  }

  /** @returns what kept the doctor from repairing anything */
  async #repair(repairs: readonly Examined[]): Promise<Examined[]> {
    const early = repairs.filter(({ name }) => name === 'set-up')
    for (const { verdict } of early) await verdict.repair?.()
    if (early.length > 0) return []
    const { log, store } = this.open()
    try {
      await store.exclusively('doctor --fix', async () => {
        // Others may have written since the look: what was true of the log then must not be put there now.
        const data = await this.#data(log)
        for (const { name, verdict } of [...repairs.filter(({ area }) => area !== 'data'), ...data])
          await this.#try(name, verdict)
      })
      return []
    } catch (error) {
      if (!isKittyError(error) || error.kind === 'LockTimeout') throw error
      const verdict = byHand(`nothing could be repaired: ${error.message}`, ...error.nextSteps)
      return [{ name: 'repair', area: 'environment', look: () => verdict, verdict }]
    } finally {
      await store.close()
    }
  }

  /** Keeps a failed repair from preventing the others. */
  async #try(name: string, { repair }: Verdict): Promise<void> {
    try {
      await repair?.()
    } catch (error) {
      if (!isKittyError(error)) throw error
      this.notices.warn(`${name}: ${error.message}`)
    }
  }
}

async function examinedAll(checks: readonly Check[]): Promise<Examined[]> {
  const examined: Examined[] = []
  for (const check of checks) examined.push({ ...check, verdict: await verdictOf(check) })
  return examined
}

/** A check that could not look is a finding, and does not hide what the others find. */
async function verdictOf(check: Check): Promise<Verdict> {
  try {
    return await check.look()
  } catch (error) {
    if (!isKittyError(error)) throw error
    return byHand(error.message, ...error.nextSteps)
  }
}

function putRight({ message, fix }: Verdict): string {
  return `put right (${(fix ?? '').replace(/^kitty doctor --fix /, '')}). It was: ${message}`
}
