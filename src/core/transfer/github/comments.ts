/** Comments of an issue, in its `comments` or its `timeline`. */
import type { ItemChange } from '../document.js'
import { idAt, isJson, type Json, listAt, objectAt, textAt } from '../json.js'
import { parseMoment } from '../moment.js'
import { block, nameOf } from '../text.js'
import { commentedNote, isWaitComment } from './exported.js'

/** `comments` is a number in the plain response, and a list if the user added the comments. */
export function commentsOf(json: Json, exporter: string | null): ItemChange[] {
  const seen = new Set(
    listAt(json, 'timeline').flatMap((event) => (isJson(event) ? (idAt(event, 'id') ?? []) : [])),
  )
  return listAt(json, 'comments').flatMap((comment) =>
    isJson(comment) && !seen.has(idAt(comment, 'id') ?? '') ? noteOf(comment, exporter) : [],
  )
}

/**
 * @param exporter the login of the one who ran kitty's export for this issue: only that person's comments are notes of
 *   others, since anyone may comment on an issue in any name
 */
export function noteOf(comment: Json, exporter: string | null): ItemChange[] {
  const written = textAt(comment, 'body')
  if (written === null) return []
  const login = textAt(objectAt(comment, 'user') ?? objectAt(comment, 'actor') ?? {}, 'login')
  const isExporters = exporter !== null && login === exporter
  if (isExporters && isWaitComment(written)) return []
  const text = block(written)
  const note = (isExporters ? commentedNote(text) : undefined) ?? { by: login ?? '', text }
  const at = parseMoment(comment['created_at'])
  return [{ kind: 'note', id: idAt(comment, 'id'), at, by: nameOf(note.by) ?? null, text: note.text }]
}
