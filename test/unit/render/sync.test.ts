import { describe, expect, it } from 'vitest'
import { renderSync } from '../../../src/core/cli/render/sync.js'

const SAME = { features: [], skipped: [], written: [], events: 0 }

describe('what sync --check says', () => {
  it('is that files and log say the same only if every file was compared', () => {
    expect(renderSync(SAME, true)).toBe('The files and the log say the same.')
    const skipped = [{ file: 'tasks/WP01.md', reason: 'tasks/WP01.md, line 1: is no YAML' }]
    expect(renderSync({ ...SAME, skipped }, true)).toBe(
      'skipped: tasks/WP01.md, line 1: is no YAML\nThe other files and the log say the same.',
    )
  })

  it('names a file whose reason does not', () => {
    const skipped = [{ file: 'kitty-specs/notes', reason: 'no feature' }]
    expect(renderSync({ ...SAME, skipped }, true)).toContain('kitty-specs/notes skipped: no feature\n')
  })
})
