import { randomBytes } from 'node:crypto'
import { monotonicFactory } from 'ulid'
import 'reflect-metadata'
import { createContainer } from '../../src/core/di/container.js'
import type { Resolver } from '../../src/core/di/tokens.js'

/** Kitty's services as a process in that folder has them. */
export function kittyIn(cwd: string, env: Readonly<Record<string, string>> = {}): Resolver {
  const nextUlid = monotonicFactory(() => randomBytes(1).readUInt8() / 256)
  return createContainer({
    cwd,
    env: { KITTY_ACTOR: 'ada', ...env },
    now: () => new Date(),
    nextId: (now) => nextUlid(now.getTime()),
    progress: () => undefined,
    progressDone: () => undefined,
  })
}
