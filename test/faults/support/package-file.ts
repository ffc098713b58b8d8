import type { World } from './world.js'

/** Absolute. */
export function packageFile(world: World, id: string): string {
  return world.path('kitty-specs', '001-login', 'tasks', `${id}-part.md`)
}
