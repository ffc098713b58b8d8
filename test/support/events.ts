export { note, noteFields, noteLine, ulid } from '../../src/core/plugin/testing/notes.js'
