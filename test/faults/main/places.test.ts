import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished } from 'vitest'
import { fault, FULL } from '../support/fault.js'
import { checkInvariants, nothingOutside } from '../support/invariants.js'
import { expectExit, World } from '../support/world.js'

/** Puts something else in a path's place. */
type Impostor = (path: string, world: World) => void | Promise<void>

const LINKS: Readonly<Record<string, Impostor>> = {
  'symbolic link': (path, world) => {
    const away = join(world.folder, 'neighbour', 'moved')
    renameSync(path, away)
    symlinkSync(away, path)
  },
  'symbolic link to itself': (path) => {
    rmSync(path, { recursive: true })
    symlinkSync(path, path)
  },
}

const SPECIALS: Readonly<Record<string, Impostor>> = {
  FIFO: (path) => {
    rmSync(path, { recursive: true })
    execFileSync('mkfifo', [path])
  },
  socket: async (path) => {
    rmSync(path, { recursive: true })
    // A socket's path is short; it keeps its kind where it is moved to.
    const folder = mkdtempSync(join(tmpdir(), 'ks'))
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(join(folder, 's'), resolve))
    renameSync(join(folder, 's'), path)
    onTestFinished(() => {
      server.close()
      rmSync(folder, { recursive: true, force: true })
    })
  },
  'link to /dev/full': (path) => {
    rmSync(path, { recursive: true })
    symlinkSync('/dev/full', path)
  },
}

/** A folder for a file, a file for a folder. */
const OTHER_KIND: Impostor = (path) => {
  const wasFolder = statSync(path).isDirectory()
  rmSync(path, { recursive: true })
  if (wasFolder) writeFileSync(path, 'a file')
  else mkdirSync(join(path, 'inside'), { recursive: true })
}

const PLACES: Readonly<Record<string, (world: World) => string>> = {
  '.kittify': (world) => world.path('.kittify'),
  events: (world) => world.eventsDir,
  'day file': (world) => world.today,
  index: (world) => world.indexFile,
  clock: (world) => world.clockFile,
  lock: (world) => world.lockFile,
  journal: (world) => world.journalFile,
  config: (world) => world.path('.kittify', 'config.json'),
}

/** Only lines; anything else at their path can be made again. */
const DERIVED = new Set(['index', 'clock'])

async function prepared(place: (world: World) => string): Promise<{ world: World; path: string }> {
  const world = await World.make()
  await world.note('so that every file is there')
  writeFileSync(world.path('.kittify', 'config.json'), '{}\n')
  return { world, path: place(world) }
}

/** One place taken: the next write is refused by its kind and path, or the derived file is made again. */
async function taken(name: string, impostor: Impostor, type: string): Promise<string> {
  const place = PLACES[name]
  if (place === undefined) throw new Error(name)
  const { world, path } = await prepared(place)
  await impostor(path, world)
  world.remember()
  const outcome = await attempt(world)
  if (outcome === 'stored') {
    expect(DERIVED, `${type} as ${name} was written through`).toContain(name)
    await checkInvariants(world)
    return 'made again'
  }
  expect(outcome, `${type} as ${name}`).toContain(path)
  expect(outcome).toMatch(/is a (?:symbolic link|FIFO|socket|directory|file)|FIFO or socket/)
  nothingOutside(world)
  return 'refused'
}

/** The real program in the full run; its services in the quick one. What was said, or that it was stored. */
async function attempt(world: World): Promise<string> {
  if (FULL) {
    const outcome = await world.kitty(['agent', 'feature', 'setup-spec', 'taken', '--json'], { within: 20 })
    if (outcome.exit === 0) return 'stored'
    expectExit(outcome, 5)
    return outcome.stdout
  }
  try {
    await world.note('into something else')
    return 'stored'
  } catch (error) {
    expect(error).toMatchObject({ kind: 'UnsafeSetup', exitCode: 5 })
    return String(error)
  }
}

async function all(impostors: Readonly<Record<string, Impostor>>): Promise<string> {
  const found = new Map<string, string[]>()
  for (const name of Object.keys(PLACES)) {
    for (const [type, impostor] of Object.entries(impostors)) {
      const came = await taken(name, impostor, type)
      found.set(came, [...(found.get(came) ?? []), `${type} as ${name}`])
    }
  }
  return [...found].map(([came, cases]) => `${cases.length} ${came}`).join(', ')
}

describe('something else in a file’s place', () => {
  fault(58, 'symbolic links', { needs: ['linux'], within: 600 }, async () => ({
    injected: `a link to a neighbour and a link to itself as ${Object.keys(PLACES).join(', ')}`,
    found: `${await all(LINKS)}; nothing written outside`,
    expected: 'nothing outside written; path; 5 (a derived file’s loop is damage, made again: 53)',
  }))

  fault(59, 'FIFO, socket, folder, /dev/full', { needs: ['linux'], within: 600 }, async () => ({
    injected: `a FIFO, a socket, /dev/full and a folder as ${Object.keys(PLACES).join(', ')}`,
    found: `${await all({ ...SPECIALS, 'other kind': OTHER_KIND })}; none waited for`,
    expected: 'returns ≤ 1 s; type; 5 (a folder in a derived file’s place is damage, made again: 53)',
  }))

  fault(67, 'the error log itself', { needs: ['linux'], within: 300 }, async () => {
    const impostors: Readonly<Record<string, Impostor>> = {
      ...LINKS,
      ...SPECIALS,
      file: (path) => {
        rmSync(path, { recursive: true })
        writeFileSync(path, 'a file')
      },
    }
    for (const [type, impostor] of Object.entries(impostors)) {
      const world = await World.make()
      mkdirSync(world.errorsDir, { recursive: true })
      await impostor(world.errorsDir, world)
      world.remember()
      const refused = await world.kitty(['agent', 'tasks', 'move-task', 'WP01', '--to', 'done', '--json'])
      expectExit(refused, 1, type)
      expect(refused.stderr, type).toContain(world.errorsDir)
      if (FULL) expectExit(await world.write(), 0, type)
      await checkInvariants(world)
    }
    return {
      injected: `${Object.keys(impostors).join(', ')} instead of errors/`,
      found: 'a refusal keeps its exit code 1, a write its 0; a warning names the folder',
      expected: 'main command unaffected; 0',
    }
  })
})
