/** Keys while the bottom line asks for a text or a lane. */
import { characters } from '../render/text.js'
import { type BoardState, type MoveDraft, packageOf, type Prompt, settled, wordsFor } from './board-state.js'
import { type Key, type Pressed, stepOf, within } from './key.js'

export function answerPrompt(state: BoardState, prompt: Prompt, key: Key): Pressed {
  if (key.name === 'escape') return left(state, prompt)
  if (prompt.kind === 'lane') return chooseLane(state, prompt, key)
  // A line break in pasted text ends nothing: what follows it would be taken for keys.
  if ((key.name === 'return' || key.name === 'enter') && !state.isPasting) return given(state, prompt)
  return typed(state, prompt, edited(prompt.text, key, state.isPasting))
}

function left(state: BoardState, prompt: Prompt): Pressed {
  const filter = prompt.kind === 'filter' ? prompt.before : state.filter
  return { state: settled({ ...state, prompt: undefined, filter }) }
}

function chooseLane(state: BoardState, prompt: Prompt & { kind: 'lane' }, key: Key): Pressed {
  const moves = state.about.moves[prompt.from] ?? []
  if (packageOf(state, prompt.key) === undefined || moves.length === 0 || key.text === 'q')
    return left(state, prompt)
  const number = /^[1-9]$/.test(key.text) ? Number(key.text) - 1 : undefined
  const step = stepOf(key)
  if (number === undefined && key.name !== 'return') {
    const at = step === undefined ? prompt.at : within(prompt.at + step.across + step.along, moves.length)
    return { state: { ...state, prompt: { ...prompt, at } } }
  }
  const move = moves[number ?? prompt.at]
  if (move === undefined) return { state }
  const { from, key: moved } = prompt
  return drafted(state, moved, { from, to: move.to, missing: wordsFor(move.requires), words: {} })
}

/** Asks for the next missing word, or requests the move. */
function drafted(state: BoardState, key: string, move: MoveDraft): Pressed {
  if (move.missing.length > 0) return { state: { ...state, prompt: { kind: 'words', key, text: '', move } } }
  const done = { ...state, prompt: undefined }
  const subject = packageOf(state, key)
  if (subject === undefined) return { state: done }
  const { feature, work_package } = subject
  const given = { ...move.words, feature, work_package, to: move.to, expect: move.from }
  return {
    state: done,
    ask: { kind: 'write', name: 'move', given, done: `${work_package} is in ${move.to}` },
  }
}

function given(state: BoardState, prompt: Exclude<Prompt, { kind: 'lane' }>): Pressed {
  const closed = { ...state, prompt: undefined }
  const text = prompt.text.trim()
  if (prompt.kind === 'filter') return { state: closed }
  if (text === '') return { state: closed }
  if (prompt.kind === 'words') {
    const [word, ...missing] = prompt.move.missing
    const words = word === undefined ? {} : { [word]: text }
    return drafted(state, prompt.key, { ...prompt.move, missing, words: { ...prompt.move.words, ...words } })
  }
  const subject = packageOf(state, prompt.key)
  if (subject === undefined) return { state: closed }
  const { feature, work_package } = subject
  const done = `noted on ${work_package}`
  return { state: closed, ask: { kind: 'write', name: 'note', given: { feature, work_package, text }, done } }
}

function typed(state: BoardState, prompt: Exclude<Prompt, { kind: 'lane' }>, text: string): Pressed {
  const next = { ...state, prompt: { ...prompt, text } }
  return { state: prompt.kind === 'filter' ? settled({ ...next, filter: text }) : next }
}

/** The text after a key. White space of any kind becomes a space; control characters type nothing. */
function edited(text: string, key: Key, isPasting: boolean): string {
  if (!isPasting && key.name === 'backspace') return characters(text).slice(0, -1).join('')
  if (!isPasting && key.ctrl && key.name === 'u') return ''
  if (!isPasting && key.ctrl && key.name === 'w') return withoutLastWord(text)
  if (/^\s$/.test(key.text)) return `${text} `
  return key.ctrl || /^[\u0000-\u001f\u007f-\u009f]/.test(key.text) ? text : text + key.text
}

/** White space is always a space here: `edited` lets no other in. */
function withoutLastWord(text: string): string {
  const kept = text.trimEnd()
  return kept.slice(0, kept.lastIndexOf(' ') + 1)
}
