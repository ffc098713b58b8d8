import { inject, injectable } from 'inversify'
import { recordOf } from '../errors/error-record.js'
import { ErrorStorage } from '../errors/error-storage.js'
import { Notices } from '../errors/notices.js'
import { AfterEvents } from '../plugin/host/after-events.js'
import { EventStore } from '../store/event-store.js'
import { FreshContainer, type Resolver } from '../token.js'

/**
 * Runs each request as if it were its own command: with fresh services, so that configuration, files and branches are
 * read as they are now. Requests run one at a time, since each process has one connection to the index.
 */
@injectable()
export class Workshop {
  #last: Promise<unknown> = Promise.resolve()

  constructor(@inject(FreshContainer) private readonly fresh: () => Resolver) {}

  /**
   * Records a refusal and notifies plugins of the events written, as after a command.
   * @param operation names the work in an error record
   * @param notices gets what the work warns of; without it that is up to `work`
   * @throws what `work` throws
   */
  run<T>(operation: string, work: (services: Resolver) => Promise<T>, notices?: Notices): Promise<T> {
    const turn = this.#last.then(() => this.#once(operation, work, notices))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  /** Waits until every request so far has ended, well or not. */
  async idle(): Promise<void> {
    await this.#last
  }

  async #once<T>(
    operation: string,
    work: (services: Resolver) => Promise<T>,
    notices: Notices | undefined,
  ): Promise<T> {
    const services = this.fresh()
    const store = await services.resolve(EventStore)
    const afterEvents = await services.resolve(AfterEvents)
    try {
      await afterEvents.begin()
      return await work(services)
    } catch (error) {
      const record = recordOf(error, operation)
      if (record !== undefined) (await services.resolve(ErrorStorage)).record(record)
      throw error
    } finally {
      try {
        if (store.written.size > 0) await afterEvents.run()
      } finally {
        await store.close()
        for (const notice of (await services.resolve(Notices)).all) notices?.warn(notice)
      }
    }
  }
}
