import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')

/** Where lines are joined that are whole already, and why. */
const JOINS: Readonly<Record<string, string>> = {
  'src/core/cli/render/plain-lines.ts': 'the gate for plain lines',
  'src/core/cli/render/line.ts': 'its spans stay within their line',
  'src/core/cli/render/error.ts': 'a failure’s message is in lines already',
  'src/core/cli/render/checks.ts': 'parts made of spans',
  'src/core/cli/render/flow.ts': 'parts made of spans',
  'src/core/cli/render/next.ts': 'a line, then a page made of spans',
  'src/core/cli/render/live-board.ts': 'each line of a failure is cut to one, then a page made of spans',
  'src/core/cli/render/whole-work-page.ts': 'the text of a package’s file has lines',
  'src/core/cli/render/ci-summary.ts': 'Markdown, in which each name is escaped and in one line',
  'src/core/cli/list-command.ts': 'a table made of spans',
  'src/commands/status.ts': 'a board made of spans, then kitty’s own sentences',
  'src/core/mcp/call-tool.ts': 'warnings and messages are in lines already',
}

/** Places that put names next to a line break without the gate. */
function looseLines(file: string, code: string): string[] {
  const source = ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const add = (node: ts.Node, what: string): void => {
    found.push(`${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1} ${what}`)
  }
  const visit = (node: ts.Node): void => {
    if (ts.isTemplateExpression(node) && partsOf(node).some((part) => part.includes('\n')))
      add(node, 'names in a template with line breaks')
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const [first] = node.arguments
      const name = node.expression.name.text
      if (name === 'join' && first !== undefined && ts.isStringLiteral(first) && first.text.includes('\n'))
        add(node, 'joins lines')
      if (name === 'show' && first !== undefined && ts.isArrowFunction(first) && showsTemplate(first.body))
        add(node, 'shows a template that is not in a list of lines')
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function partsOf({ head, templateSpans }: ts.TemplateExpression): string[] {
  return [head.text, ...templateSpans.map(({ literal }) => literal.text)]
}

function showsTemplate(body: ts.Node): boolean {
  if (ts.isParenthesizedExpression(body)) return showsTemplate(body.expression)
  if (ts.isConditionalExpression(body)) return showsTemplate(body.whenTrue) || showsTemplate(body.whenFalse)
  return ts.isTemplateExpression(body)
}

describe('a line of output', () => {
  it('is made by the gate that keeps a name from bringing lines of its own, in every command and renderer', () => {
    const files = execFileSync(
      'git',
      [
        'ls-files',
        '--cached',
        '--others',
        '--exclude-standard',
        'src/commands',
        'src/core/cli',
        'src/core/mcp',
      ],
      { cwd: ROOT, encoding: 'utf8' },
    )
      .split('\n')
      .filter((file) => /^src\/(?:commands|core\/cli\/(?:render\/|[\w-]+-command)|core\/mcp)/.test(file))
      .filter((file) => file.endsWith('.ts'))
    expect(files.length).toBeGreaterThan(80)
    const loose = files
      .filter((file) => !Object.hasOwn(JOINS, file))
      .flatMap((file) => looseLines(file, readFileSync(join(ROOT, file), 'utf8')))
    expect(loose).toEqual([])
    for (const file of Object.keys(JOINS)) expect(files).toContain(file)
  })

  it.each([
    ['joined lines', "lines.join('\\n')"],
    ['a template with a line break', 'const text = `${path}\\nNext`'],
    ['a shown template', 'this.show(() => `Written to ${path}`)'],
    ['one of two shown templates', 'this.show(() => (is ? "x" : `Written to ${path}`))'],
  ])('is missed without the gate: %s', (_, code) => {
    expect(looseLines('x.ts', code)).toHaveLength(1)
  })
})
