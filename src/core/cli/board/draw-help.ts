import { span, type Line } from '../render/line.js'

const KEYS: readonly (readonly [keys: string, meaning: string])[] = [
  ['arrows, h j k l', 'choose a package'],
  ['space, b', 'ten packages down, up'],
  ['g, G', 'the first, the last package of the lane'],
  ['enter', 'open the package: its subtasks, facts, text, notes and history'],
  ['m', 'move it: only lanes that its workflow opens, never by force'],
  ['c', 'claim it, as kitty claim does'],
  ['t', 'tick its subtasks, or open them again'],
  ['n', 'keep a note on it'],
  ['/', 'show only packages with these words in number, title, feature, actor, tags or marks'],
  ['esc', 'back; on the board, show everything again'],
  ['x', 'open conflicts, both sides next to each other; enter keeps the chosen side'],
  ['ctrl-l', 'draw the screen again'],
  ['ctrl-z', 'stop; fg continues'],
  ['q, ctrl-c', 'end'],
]

export function helpLines(): Line[] {
  const lines = KEYS.map(([keys, meaning]): Line => [span(` ${keys.padEnd(18)}`, 'strong'), span(meaning)])
  return [
    [],
    ...lines,
    [],
    [span(' The board changes while you look: it shows what other processes write.', 'faint')],
  ]
}
