import { span, type Line } from '../render/line.js'
import { laneTitle } from '../render/lane.js'
import { oneLine } from '../render/strip-control.js'
import { characters, displayWidth, wrap } from '../render/text.js'
import { symbolsOf, type Style } from '../style.js'
import { type BoardState, openConflictsOf, packageOf, type Prompt, WORDS } from './board-state.js'

/** A refusal with its next step may take more than a line. */
const MESSAGE_LINES = 4

/** Each fits in 80 columns; help lists every key. */
const KEYS = {
  board: '? help  q quit  enter open  m move  c claim  t tick  n note  / filter',
  conflicting: '? help  q quit  x conflicts  enter open  m move  c claim  t tick  n note',
  package: 'esc back  arrows scroll  m move  c claim  t tick  n note',
  subtasks: 'arrows choose  space tick  esc leave',
  conflicts: 'arrows choose a side, or the next conflict  enter keep it  esc back',
  help: 'arrows scroll  esc back',
  text: 'enter done  esc cancel',
  lane: 'arrows or a number choose  enter move  esc cancel',
}

/** The prompt or message, if there is one, and the keys. */
export function footer(state: BoardState, style: Style): Line[] {
  const { prompt, message } = state
  const said = prompt !== undefined && message === undefined ? [] : messageLines(message, style)
  const above = prompt === undefined ? said : [...said, ...promptLines(state, prompt, style)]
  return [...above, [span(` ${keysOf(state)}`, 'faint')]]
}

function keysOf(state: BoardState): string {
  const { prompt, view } = state
  if (view.kind === 'board' && prompt === undefined && openConflictsOf(state).length > 0)
    return KEYS.conflicting
  if (prompt !== undefined) return prompt.kind === 'lane' ? KEYS.lane : KEYS.text
  return view.kind === 'package' && view.subtask !== undefined ? KEYS.subtasks : KEYS[view.kind]
}

function messageLines(message: BoardState['message'], style: Style): Line[] {
  if (message === undefined) return [[]]
  const { ellipsis } = symbolsOf(style)
  const lines = message.text.split('\n').flatMap((text) => wrap(oneLine(text), style.width - 2, 2, ellipsis))
  return lines.slice(0, MESSAGE_LINES).map((text): Line => [span(` ${text}`, message.tone)])
}

function promptLines(state: BoardState, prompt: Prompt, style: Style): Line[] {
  if (prompt.kind === 'lane') return laneChoice(state, prompt, style)
  const label = ` ${labelOf(prompt)}: `
  return [
    [
      span(label, 'strong'),
      span(ending(prompt.text, style.width - displayWidth(label) - 2)),
      span('_', 'chosen'),
    ],
  ]
}

function labelOf(prompt: Exclude<Prompt, { kind: 'lane' }>): string {
  if (prompt.kind === 'filter') return 'Filter'
  const id = oneLine(prompt.key.slice(prompt.key.lastIndexOf('/') + 1))
  if (prompt.kind === 'note') return `Note on ${id}`
  const asked = WORDS.find(([word]) => word === prompt.move.missing[0])?.[2] ?? ''
  return `${asked}, to move ${id} to ${laneTitle(oneLine(prompt.move.to))}`
}

function laneChoice(state: BoardState, { key, from, at }: Prompt & { kind: 'lane' }, style: Style): Line[] {
  const subject = packageOf(state, key)
  const moves = state.about.moves[from] ?? []
  const { chosen } = symbolsOf(style)
  return [
    [
      span(` Move ${oneLine(subject?.work_package ?? '')} to `, 'strong'),
      ...moves.flatMap(({ to }, place): Line => {
        const text = `${place === at ? chosen : ' '}${place + 1} ${laneTitle(oneLine(to))} `
        return [span(text, place === at ? 'chosen' : undefined)]
      }),
    ],
  ]
}

/** The end of what was typed, as much of it as fits. */
function ending(typed: string, width: number): string {
  let left = width
  // The full stop keeps a space at the end, which is part of what was typed.
  const all = characters(oneLine(`${typed}.`).slice(0, -1))
  const first = all.findLastIndex((character) => (left -= displayWidth(character)) < 0)
  return all.slice(first + 1).join('')
}
