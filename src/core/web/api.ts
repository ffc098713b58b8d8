import { inject, injectable } from 'inversify'
import { basename } from 'node:path'
import { Notices } from '../errors/notices.js'
import { Flow } from '../services/board/flow.js'
import { PastBoard } from '../services/board/past-board.js'
import { Scope } from '../services/scope.js'
import { Workspace } from '../workspace/workspace.js'
import { Workflow } from '../workspace/config.js'
import type { Resolver } from '../token.js'
import { about } from './about.js'
import { type Answer, Given, type Work } from './given.js'
import { packagePage } from './package-page.js'
import { writeNamed } from './writes.js'
import { Workshop } from './workshop.js'

/** One path of the API. GET takes the query, POST the body. */
export interface Route {
  readonly method: 'GET' | 'POST'
  /** @throws KittyError, BadRequest */
  answer(given: unknown): Promise<Answer>
}

const READS: Readonly<Record<string, Work>> = {
  package: packagePage,
  columns: async (services) => (await services.resolve(Flow)).columns(),
  at: async (services, given) => {
    const when = given.optional('clock') ?? given.text('revision')
    return (await services.resolve(PastBoard)).board(when)
  },
  flow: async (services, given) => {
    const feature = given.optional('feature')
    const scope = await services.resolve(Scope)
    return (await services.resolve(Flow)).figures(
      feature === undefined ? undefined : await scope.feature(feature),
    )
  },
}

/** Every path below `api/` except the stream. Each one calls the same service as the corresponding command. */
@injectable()
export class Api {
  /** Set once, by the code that starts the server. */
  readOnly = false

  constructor(
    @inject(Workshop) private readonly workshop: Workshop,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  route(name: string): Route | undefined {
    if (name === 'about') return this.#route(name, 'GET', (services) => this.#about(services))
    if (Object.hasOwn(READS, name)) return this.#route(name, 'GET', READS[name])
    return this.#route(name, 'POST', writeNamed(name))
  }

  #route(name: string, method: Route['method'], work: Work | undefined): Route | undefined {
    if (work === undefined) return undefined
    return {
      method,
      answer: (given) =>
        this.workshop.run(`web ${name}`, (services) => work(services, new Given(given)), this.notices),
    }
  }

  async #about(services: Resolver): Promise<Answer> {
    const { root } = await services.resolve(Workspace)
    const { actor } = (await services.resolve(Scope)).provenance({})
    return about(await services.resolve(Workflow), {
      repository: basename(root),
      actor,
      readOnly: this.readOnly,
    })
  }
}
