import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')

/** A name that begins a message keeps its own spelling. */
const BEGINS = /^(?:[\p{Lu}"`$]|--|\.?\/|\.kittify|kitty |npm |package\.json)/u
const ENDS = /[.?…]$/
/** What may end a message without a full stop: a command or a path, ready to copy, and what another program or error said. */
const COPIED = /\b(?:toRun\(|\w*(?:path|file|folder|copy|quarantine|remedy|missing)\b)/i
const QUOTED = /(?:message|reason|reasons|why|cause|summary|problem|step|text|where|done|list|error\)?)\b/i

interface Message {
  readonly place: string
  readonly text: string
  /** The expression at its end, if it ends in one. */
  readonly last: string | undefined
}

/** The texts that `warn(…)`, `usage(…)` and `new KittyError(kind, …)` are called with. */
function messagesOf(file: string, code: string): Message[] {
  const source = ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true)
  const found: Message[] = []
  const add = (node: ts.Expression): void => {
    if (ts.isConditionalExpression(node)) {
      add(node.whenTrue)
      add(node.whenFalse)
      return
    }
    const place = `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`
    if (ts.isStringLiteralLike(node)) found.push({ place, text: node.text, last: undefined })
    else if (ts.isTemplateExpression(node)) {
      const span = node.templateSpans.at(-1)
      const last = span?.literal.text === '' ? span.expression.getText() : undefined
      found.push({ place, text: node.getText().slice(1, -1), last })
    }
  }
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && node.expression.getText() === 'KittyError') {
      const message = node.arguments?.[1]
      if (message !== undefined) add(message)
    } else if (ts.isCallExpression(node) && /(?:^|\.)(?:warn|usage)$/.test(node.expression.getText())) {
      const message = node.arguments[0]
      if (message !== undefined) add(message)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function fault({ text, last }: Message): string | undefined {
  if (!BEGINS.test(text)) return 'begins with a small letter'
  if (last === undefined) return ENDS.test(text) ? undefined : 'ends without a full stop'
  return COPIED.test(last) || QUOTED.test(last) ? undefined : 'ends without a full stop'
}

const faultsOf = (messages: readonly Message[]): string[] =>
  messages.flatMap((message) => {
    const says = fault(message)
    return says === undefined ? [] : [`${message.place} ${says}: ${message.text.slice(0, 120)}`]
  })

describe('a message', () => {
  it('begins with a capital or a name, and ends with a full stop or with what is there to copy', () => {
    const files = execFileSync('git', ['ls-files', 'src/*.ts'], { cwd: ROOT, encoding: 'utf8' })
    const messages = files
      .split('\n')
      .filter((file) => file !== '')
      .flatMap((file) => messagesOf(file, readFileSync(join(ROOT, file), 'utf8')))
    expect(messages.length).toBeGreaterThan(150)
    expect(faultsOf(messages)).toEqual([])
  })

  it.each([
    ['a small letter', "notices.warn('the log is old.')"],
    ['no full stop', "new KittyError('UsageError', `${id} is unknown`)"],
    ['no full stop in one of two', "usage(is ? 'It is.' : 'It is not')"],
    ['a number at its end', "new KittyError('UsageError', `Too many: ${count}`)"],
  ])('with %s is found', (_, code) => {
    expect(faultsOf(messagesOf('a.ts', code))).toHaveLength(1)
  })

  it.each([
    ['a command', "notices.warn(`Nothing is ready. To look${toRun(['kitty', 'status'])}`)"],
    ['a path', 'notices.warn(`The rest was moved to ${copy}`)'],
    ["another error's words", "new KittyError('GitFailure', `Git failed: ${error.message}`)"],
  ])('may end in %s', (_, code) => {
    expect(faultsOf(messagesOf('a.ts', code))).toEqual([])
  })
})
