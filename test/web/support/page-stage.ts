import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { tempFolder } from '../../support/temp-folder.js'
import { launchBrowser, openPage, Served } from './browser.js'
import { makeBusyRepository } from './busy-repository.js'

/** What the tests of a group share, new for each test but for the browser. No page of theirs may report a fault. */
export class PageStage {
  #browser: Browser | undefined
  #context: BrowserContext | undefined
  #served: Served | undefined
  readonly #faults: string[] = []

  /** @param isServed Whether each test begins with a repository that is served; otherwise it serves its own. */
  constructor({ isServed = true }: { readonly isServed?: boolean } = {}) {
    beforeAll(async () => {
      this.#browser = await launchBrowser()
    })
    afterAll(() => this.#browser?.close())
    beforeEach(async () => {
      if (isServed) await this.serve(busyRoot())
      this.#context = await this.browser.newContext({
        viewport: { width: 1280, height: 900 },
        reducedMotion: 'reduce',
      })
      this.#faults.length = 0
    })
    afterEach(async () => {
      await this.#context?.close()
      await this.#served?.kill()
      expect(this.#faults).toEqual([])
    })
  }

  get browser(): Browser {
    return given(this.#browser)
  }

  get served(): Served {
    return given(this.#served)
  }

  async serve(root: string): Promise<void> {
    this.#served = await new Served(root).start()
  }

  /** Opens the board. @param query with its question mark */
  open(query = '', context?: BrowserContext): Promise<Page> {
    const { url, token } = this.served
    return this.openAt(`${url}${query}#token=${token}`, context)
  }

  openAt(address: string, context = given(this.#context)): Promise<Page> {
    return openPage(context, address, this.#faults)
  }

  /** A page with nothing on it yet. */
  newPage(): Promise<Page> {
    return given(this.#context).newPage()
  }
}

/** A repository with a month of work. */
export function busyRoot(): string {
  const root = tempFolder()
  makeBusyRepository(root)
  return root
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the test has not begun')
  return value
}
