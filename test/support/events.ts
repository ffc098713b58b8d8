export { note, noteFields, noteLine, ulid } from '../../src/core/plugin/testing/notes.js'

/** IDs as other programs choose them, each of another form. */
export const FOREIGN_IDS = [
  '8f14e45f-ceea-467f-9575-5a3f0d3c1a11',
  'evt-000001',
  '01jd9zq0h7p8k2m4n6r8t0v2x4',
  'a name, "quoted" \\ 一 ı',
]
