/** How often we look where the system reports no changes, in milliseconds. */
const POLL_MS = 250
/** How often we look while every change so far was reported, in milliseconds. */
const SELDOM_MS = 1_000

/**
 * How often to look at the files. A watcher that has reported every change is trusted, so that an idle board does next to
 * nothing; one that has missed a change, as on a network file system, no longer is.
 */
export class LookRhythm {
  /** True until the next look after a change that was found before it was reported: the report may be on its way. */
  #mayBeLate = false

  /** @param isTrusted false where nothing is watched */
  constructor(private isTrusted: boolean) {}

  get pollMs(): number {
    return this.isTrusted ? SELDOM_MS : POLL_MS
  }

  /** The watcher has reported a change. */
  told(): void {
    if (this.#mayBeLate) this.isTrusted = true
    this.#mayBeLate = false
  }

  /** Call before each look. */
  looks(): void {
    this.#mayBeLate = false
  }

  /** A look has found a change. @param wasTold whether the watcher had reported it */
  found(wasTold: boolean): void {
    if (wasTold || !this.isTrusted) return
    this.isTrusted = false
    this.#mayBeLate = true
  }

  /** The watcher has failed. */
  lost(): void {
    this.isTrusted = false
    this.#mayBeLate = false
  }
}
