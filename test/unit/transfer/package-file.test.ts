import { describe, expect, it } from 'vitest'
import { packageFileText } from '../../../src/core/transfer/package-file.js'
import { bodyOfFile } from '../../../src/core/transfer/text.js'
import { made } from '../../support/transfer.js'

/** The text of the file of a package with two subtasks. */
function textOf(body: string): string {
  const item = made('WP01', {
    body,
    subtasks: [
      { id: 'T001', title: 'Write it', done: true },
      { id: 'T002', title: '', done: false },
    ],
  })
  const definition = { title: 'Title', priority: 2, dependencies: [], subtasks: ['T001', 'T002'] }
  return bodyOfFile(packageFileText({ workPackage: 'WP01', definition, format: 'csv', itemId: '1', item }))
}

describe('the file of an imported package', () => {
  it('has a box for each subtask', () => {
    expect(textOf('')).toBe('## Subtasks\n\n- [x] T001: Write it\n- [ ] T002')
    expect(textOf('What')).toBe('What\n\n## Subtasks\n\n- [x] T001: Write it\n- [ ] T002')
  })

  it('has no second box for a subtask that the text has one for', () => {
    const both = '- [ ] T001: as said\n- [ ] **T002** Test it'
    expect(textOf(`${both}\n\nMore`)).toBe(`${both}\n\nMore`)
    expect(textOf('## Steps\n\n- [ ] T001')).toBe('## Steps\n\n- [ ] T001\n\n## Subtasks\n\n- [ ] T002')
  })

  it('has the boxes under the heading that the text has for subtasks', () => {
    expect(textOf('## Subtasks\n\n### T001: Write it\n\nDetails')).toBe(
      '## Subtasks\n\n- [x] T001: Write it\n- [ ] T002\n\n### T001: Write it\n\nDetails',
    )
  })

  it('takes a box in a code fence for an example', () => {
    expect(textOf('```\n- [ ] T001\n- [ ] T002\n```')).toContain('## Subtasks\n\n- [x] T001: Write it')
  })
})
