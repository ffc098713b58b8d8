// Reads from the source what each command prints with --json: the types of what its `run` returns.
import { relative } from 'node:path'
import ts from 'typescript'

/** @returns a program of all commands, and its type checker */
export function programOf(root) {
  const { config } = ts.readConfigFile(`${root}/tsconfig.json`, ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: ['x.ts'] }, ts.sys, root)
  const commands = ts.sys.readDirectory(`${root}/src/commands`, ['.ts'])
  const names = [...commands, `${root}/src/core/cli/failure.ts`, `${root}/src/core/cli/help-document.ts`]
  const program = ts.createProgram(names, { ...options, incremental: false, noEmit: true })
  return { program, checker: program.getTypeChecker(), commands }
}

/**
 * The documents of one command's class.
 * @returns the types of what it passes to `this.document`, and of what `run` returns by itself
 */
export function documentsOf({ program, checker }, file) {
  const found = []
  const isDocumentCall = (node) =>
    ts.isCallExpression(node) && node.expression.getText() === 'this.document' && node.arguments.length === 1
  const visit = (node, inRun) => {
    if (isDocumentCall(node)) found.push(checker.getTypeAtLocation(node.arguments[0]))
    if (inRun && ts.isReturnStatement(node) && node.expression && isDocument(node.expression))
      found.push(checker.getTypeAtLocation(node.expression))
    const isRun = ts.isMethodDeclaration(node) && node.name.getText() === 'run'
    const inside = isRun || (inRun && !ts.isFunctionLike(node))
    ts.forEachChild(node, (child) => visit(child, inside))
  }
  /** What `run` returns by itself; `this.…()` calls are followed to their own documents. */
  const isDocument = (node) =>
    ts.isObjectLiteralExpression(node) || (ts.isIdentifier(node) && node.text !== 'undefined')
  visit(program.getSourceFile(file), false)
  if (found.length > 0) return found
  const base = baseOf({ program, checker }, file)
  return base === undefined ? [] : documentsOf({ program, checker }, base)
}

/** The file of the class that a command's class extends. Undefined for kitty's own base class and those of packages. */
function baseOf({ program, checker }, file) {
  const declared = program
    .getSourceFile(file)
    .statements.find((node) => ts.isClassDeclaration(node) && node.heritageClauses)
  const extended = declared?.heritageClauses[0].types[0].expression
  const symbol = extended && checker.getSymbolAtLocation(extended)
  if (symbol === undefined) return undefined
  const found = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  const base = found.declarations?.[0].getSourceFile().fileName
  return base === undefined || base === file || /kitty-command\.ts$|node_modules/.test(base)
    ? undefined
    : base
}

/** True for a command that says in the type of its `run` that it returns nothing, since it goes on until interrupted. */
export function isEndless({ program, checker }, file) {
  let isIt = false
  const visit = (node) => {
    if (ts.isMethodDeclaration(node) && node.name.getText() === 'run') {
      const returned = checker.getAwaitedType(
        checker.getReturnTypeOfSignature(checker.getSignatureFromDeclaration(node)),
      )
      isIt = (returned.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void)) !== 0
    }
    ts.forEachChild(node, visit)
  }
  visit(program.getSourceFile(file))
  return isIt
}

/** The type that a module exports under this name. */
export function exportedType({ program, checker }, file, name) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(file))
  const symbol = checker.getExportsOfModule(module).find((one) => one.name === name)
  if (symbol === undefined) throw new Error(`${file} exports no ${name}`)
  return checker.getDeclaredTypeOfSymbol(symbol)
}

/** Events of every type have one envelope, which docs/formats.md explains with every payload. */
const EVENTS = new Set(['LogEvent', 'KittyEvent', 'ForeignEvent', 'Envelope', 'EventDocument'])

/** Writes types as TypeScript, each interface of kitty's once and under its name. */
export class TypeWriter {
  /** Text of each named type, by name. */
  named = new Map()
  #symbols = new Map()

  constructor({ checker }, root) {
    this.checker = checker
    this.root = root
  }

  /** @throws Error naming the place for a type that says nothing */
  text(type, place, indent = '') {
    const { checker } = this
    if (type.flags & ts.TypeFlags.Any) throw new Error(`${place} is of type any`)
    const named = this.#name(type, place)
    if (named !== undefined) return named
    if (type.flags & ts.TypeFlags.Boolean) return 'boolean'
    if (type.isUnion()) return this.#union(type, place, indent)
    if (type.isIntersection() && type.types.some((one) => one.flags & ts.TypeFlags.StringLike))
      return 'string'
    if (type.isIntersection() && type.types.some((one) => one.flags & ts.TypeFlags.NumberLike))
      return 'number'
    if (checker.isTupleType(type))
      return `[${checker
        .getTypeArguments(type)
        .map((one) => this.text(one, place, indent))
        .join(', ')}]`
    if (checker.isArrayType(type)) {
      const [of] = checker.getTypeArguments(type)
      const item = of.flags & ts.TypeFlags.Never ? 'unknown' : this.text(of, `${place}[]`, indent)
      return /^[\w.]+$/.test(item) || item.startsWith('{') ? `${item}[]` : `(${item})[]`
    }
    // A text that the program prints says nothing as a type.
    if (type.isStringLiteral() && type.value.length > 40) return 'string'
    if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return checker.typeToString(type)
    return this.body(type, place, indent)
  }

  /** The keys of an object, one per line, with what the code says about each; `last` is a line of its own. */
  body(type, place, indent, last = '') {
    const { checker } = this
    const inner = `${indent}  `
    const lines = checker
      .getPropertiesOfType(type)
      .filter(({ name }) => !name.startsWith('__@') && name !== last.split(':')[0])
      .map((property) => {
        const value = checker.getTypeOfSymbol(property)
        const said = ts
          .displayPartsToString(property.getDocumentationComment(checker))
          .replaceAll(/\s+/g, ' ')
        const comment = said === '' ? '' : `${inner}/** ${said} */\n`
        const optional = property.flags & ts.SymbolFlags.Optional ? '?' : ''
        const given = optional ? checker.getNonNullableType(value) : value
        const shown =
          optional && value.isUnion() && value.types.some(isNull)
            ? `${this.text(given, place, inner)} | null`
            : this.text(given, `${place}.${property.name}`, inner)
        return `${comment}${inner}${property.name}${optional}: ${shown}`
      })
    const index =
      checker.getIndexInfoOfType(type, ts.IndexKind.String) ?? checker.getIndexInfosOfType(type)[0]
    if (index !== undefined && lines.length === 0)
      return `Record<string, ${this.text(index.type, `${place}.…`, indent)}>`
    const all = last === '' ? lines : [...lines, `${inner}${last}`]
    return all.length === 0 ? '{}' : `{\n${all.join('\n')}\n${indent}}`
  }

  #union(type, place, indent) {
    const parts = type.types.filter(
      (one) => !(one.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.BooleanLiteral)),
    )
    const texts = parts.map((one) => this.text(one, place, indent))
    if (type.types.some((one) => one.flags & ts.TypeFlags.BooleanLiteral)) texts.unshift('boolean')
    // TypeScript keeps literals in the order in which it met them; null last, as people write it.
    const sorted = [...new Set(texts)].sort((a, b) => Number(a === 'null') - Number(b === 'null'))
    return sorted.join(' | ')
  }

  /** The name of a type that is written once for all documents. */
  #name(type, place) {
    const symbol = type.aliasSymbol ?? type.symbol
    if (symbol === undefined) return undefined
    if (EVENTS.has(symbol.name)) return 'Event'
    const [declaration] = symbol.declarations ?? []
    const isOwn =
      declaration !== undefined &&
      (ts.isInterfaceDeclaration(declaration) ||
        ts.isTypeAliasDeclaration(declaration) ||
        ts.isClassDeclaration(declaration)) &&
      !relative(this.root, declaration.getSourceFile().fileName).includes('node_modules')
    if (!isOwn || (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Union)) === 0) return undefined
    const isGeneric = (type.aliasTypeArguments ?? this.checker.getTypeArguments(type)).length > 0
    if (isGeneric) return undefined
    const name = symbol.name.replace(/Document$/, '') || symbol.name
    const known = this.#symbols.get(name)
    if (known !== undefined && known !== symbol) return undefined
    if (known === undefined) {
      this.#symbols.set(name, symbol)
      this.named.set(name, '')
      const said = ts
        .displayPartsToString(symbol.getDocumentationComment(this.checker))
        .replaceAll(/\s+/g, ' ')
      const text = type.isUnion() ? this.#union(type, name, '') : this.body(type, name, '')
      this.named.set(name, `${said === '' ? '' : `/** ${said} */\n`}type ${name} = ${text}`)
    }
    return name
  }
}

function isNull(type) {
  return (type.flags & ts.TypeFlags.Null) !== 0
}
