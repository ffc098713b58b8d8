import type { Scope as HostScope } from '../services/scope.js'
import { token } from '../token.js'

// A plugin carries its own copy of kitty's classes, so for a plugin a class names another service than the host's.

/** Feature, work package and provenance from flags, environment, branch and folder. */
export type Scope = HostScope
export const Scope = token<Scope>('Scope')
