import NoteTaskCommand from './agent/tasks/note.js'

/** `agent tasks note` by a short word. */
export default class NoteCommand extends NoteTaskCommand {}
