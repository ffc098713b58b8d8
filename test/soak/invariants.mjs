/** What must be true, during a run and at its end. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { commit, REFUSED, settle } from './workers.mjs'

/**
 * Growth of a server between the second quarter of a run and the last that counts as flat. V8 lets a heap of 20 MB grow
 * to about three times as much before it collects it.
 */
const FLAT = { megabytes: 40, files: 4 }

/** Takes down what was acknowledged and what went wrong. */
export class Record {
  commands = 0
  killed = 0
  refused = 0
  events = {}
  problems = []
  /** Texts of acknowledged notes, by clone. */
  #notes = new Map()
  /** Holders by package, by clone. */
  #held = new Map()

  ran(clone, who, args, { status, stdout, stderr }) {
    this.commands += 1
    if (status === null) this.killed += 1
    else if (REFUSED.has(status)) this.refused += 1
    else if (status !== 0)
      this.problems.push(
        `${clone.root}: ${who.actor}: kitty ${args.join(' ')} ended with ${status}: ${stdout}${stderr}`,
      )
  }

  noted(clone, text) {
    this.#notes.set(clone, [...(this.#notes.get(clone) ?? []), text])
  }

  holds(clone, { session }, name) {
    const key = `${clone.root} ${name}`
    const other = this.#held.get(key)
    if (other !== undefined && other !== session)
      this.problems.push(`${clone.root}: ${name} was given to ${session} while ${other} had it`)
    this.#held.set(key, session)
  }

  leaves(clone, name) {
    this.#held.delete(`${clone.root} ${name}`)
  }

  /** Git brings what other clones did: a package may have changed hands there. */
  moved(clone) {
    for (const key of this.#held.keys()) if (key.startsWith(`${clone.root} `)) this.#held.delete(key)
  }

  git(what) {
    this.events[what] = (this.events[what] ?? 0) + 1
  }

  conflicts(clone, paths, text) {
    this.git('git conflicts')
    for (const path of paths)
      if (path.startsWith('.kittify/')) this.problems.push(`${clone.root}: a conflict in ${path}: ${text}`)
  }

  notesOf(clone) {
    return this.#notes.get(clone) ?? []
  }
}

/** Memory and open files of a process; undefined when it is gone. Linux tells them. */
export function sizeOf(pid) {
  try {
    const [, kilobytes] = /^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return { megabytes: Number(kilobytes) / 1024, files: readdirSync(`/proc/${pid}/fd`).length }
  } catch {
    return undefined
  }
}

/** What grew, given a process's sizes in order. */
export function growth(name, sizes) {
  const quarter = Math.floor(sizes.length / 4)
  if (quarter === 0) return []
  if (sizes.at(-1) === undefined) return [`${name} ended before it was stopped`]
  return Object.entries(FLAT).flatMap(([what, allowed]) => {
    const middle = (part) => part.map((size) => size[what]).sort((x, y) => x - y)[Math.floor(part.length / 2)]
    const [before, after] = [middle(sizes.slice(quarter, 2 * quarter)), middle(sizes.slice(-quarter))]
    return after - before > allowed
      ? [`${name}: ${what} grew from ${before.toFixed(1)} to ${after.toFixed(1)}`]
      : []
  })
}

/** Commits, pulls and pushes until all clones have one HEAD. */
export async function converge(clones, record) {
  for (let round = 0; round < 12; round += 1) {
    for (const [at, clone] of clones.entries()) {
      await clone.kitty({ actor: 'ada', session: 'end' }, ['status'])
      commit(clone, `the end ${round} ${at}`)
      settle(clone, clone.git('pull', '--quiet', '--no-rebase', '--no-edit'), record)
      clone.git('push', '--quiet', 'origin', 'main')
    }
    const heads = new Set(clones.map((clone) => clone.git('rev-parse', 'HEAD').text))
    const clean = clones.every(
      (clone) => clone.git('status', '--porcelain', '.kittify', 'kitty-specs').text === '',
    )
    if (heads.size === 1 && clean) return
  }
  for (const clone of clones)
    record.problems.push(`did not converge: ${clone.root} ${clone.git('status', '--short', '--branch').text}`)
}

/** Every promise about the logs and boards of clones that have the same HEAD. */
export async function check(clones, record) {
  const who = { actor: 'ada', session: 'end' }
  const boards = new Set()
  const logs = new Set()
  for (const clone of clones) {
    const say = (text) => record.problems.push(`${clone.root}: ${text}`)
    const verified = await clone.kitty(who, ['agent', 'events', 'verify'])
    if (verified.status !== 0) say(`verify ended with ${verified.status}: ${verified.stdout.slice(0, 2000)}`)
    const board = boardOf(await clone.kitty(who, ['status']))
    boards.add(board)
    await clone.kitty(who, ['agent', 'events', 'rebuild-index'])
    if (boardOf(await clone.kitty(who, ['status'])) !== board) say('a rebuilt index gives another board')
    const events = eventsIn(clone.root)
    const ids = events.map(({ event_id }) => event_id)
    if (new Set(ids).size !== ids.length) say('an event is in the log twice')
    logs.add(ids.sort().join())
    const texts = new Set(events.map(({ payload }) => payload.text))
    for (const text of record.notesOf(clone))
      if (!texts.has(text)) say(`the acknowledged "${text}" is not in the log`)
    const left = readdirSync(join(clone.root, '.kittify'), { recursive: true }).filter((name) =>
      String(name).endsWith('.tmp'),
    )
    if (left.length > 0) say(`left behind: ${left.join(', ')}`)
  }
  if (boards.size !== 1) record.problems.push('the clones show different boards')
  if (logs.size !== 1) record.problems.push('the clones have different events')
}

/** Lanes, titles and conflicts: what is the same in every clone. */
function boardOf({ document }) {
  const features = document?.features ?? []
  return JSON.stringify(
    features.map(({ feature, lanes, conflicts }) => [
      feature,
      Object.entries(lanes).map(([lane, packages]) => [
        lane,
        packages.map((one) => [one.work_package, one.title]),
      ]),
      conflicts.length,
    ]),
  )
}

function eventsIn(root) {
  const folder = join(root, '.kittify', 'events')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean))
    .map((line) => JSON.parse(line))
}
