import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

// Loads a room's modules before the first test: what a module does once, while it loads, belongs to no single test.
const room = resolve(process.env['KITTY_MUTATION_ROOM'] ?? '')
for (const name of readdirSync(room, { recursive: true, encoding: 'utf8' })) {
  if (name.endsWith('.ts')) await import(join(room, name))
}
