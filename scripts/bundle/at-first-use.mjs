/**
 * Rewrites a module's syntax tree so that it loads other modules at their first use. A start then loads only oclif's
 * parser and runner and the modules that the command calls, and none of Node's slow ones. Loading everything up front
 * makes a start slower by about a third.
 */
import { readFile } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { transformAsync } from '@babel/core'

/**
 * Babel's own lazy imports turn ES modules into CommonJS. A package's default export is its module.exports, as in Node.
 */
const OWN = [
  '@babel/plugin-transform-modules-commonjs',
  { lazy: () => true, importInterop: (id) => (id.startsWith('.') ? 'none' : 'node') },
]

/** Turns a top-level `const x = require('y')` in CommonJS, also inside an interop call, into `x()`, which loads once. */
function requireAtFirstUse({ types, template }) {
  const lazy = template('let STORE; const NAME = () => STORE ??= LOAD;')
  const loads = (node) =>
    types.isCallExpression(node) &&
    (types.isIdentifier(node.callee, { name: 'require' }) || node.arguments.some(loads))
  const visit = (statement, scope) => {
    const [{ id, init }] = statement.node.declarations
    if (!types.isIdentifier(id) || !loads(init)) return
    const { constant, referencePaths } = scope.getBinding(id.name)
    if (!constant) return
    for (const use of referencePaths) use.replaceWith(types.callExpression(types.identifier(id.name), []))
    statement.replaceWithMultiple(lazy({ NAME: id.name, STORE: scope.generateUid(id.name), LOAD: init }))
  }
  return {
    visitor: {
      Program(program) {
        for (const statement of program.get('body'))
          if (statement.isVariableDeclaration()) visit(statement, program.scope)
      },
    },
  }
}

/** A script from the code cache cannot import() a file outside the bundle, so it calls the launcher's function. */
function importByLauncher({ types }) {
  return {
    visitor: {
      CallExpression({ node }, state) {
        if (!types.isImport(node.callee) || types.isStringLiteral(node.arguments[0])) return
        node.callee = types.identifier('__import')
        state.file.metadata.imports = (state.file.metadata.imports ?? 0) + 1
      },
    },
  }
}

/**
 * @param path Path of a module: one of kitty's own, or one in CommonJS.
 * @param out The bundle's folder; paths in its source map are relative to it.
 * @param patch The change to the module's text, `[pattern, replacement]`, or the number of import()s that the launcher
 * has to handle.
 * @throws Error when the module does not match its patch
 */
export async function loadAtFirstUse(path, out, isOwn, { text: change, imports } = {}) {
  const text = await readFile(path, 'utf8')
  const changed = change === undefined ? text : text.replace(...change)
  const { code, map, metadata } = await transformAsync(changed, {
    filename: path,
    babelrc: false,
    configFile: false,
    plugins: [isOwn ? OWN : requireAtFirstUse, importByLauncher],
    sourceMaps: true,
    inputSourceMap: isOwn,
    // Keeps line numbers, for stack traces.
    retainLines: true,
    compact: false,
  })
  if ((change !== undefined && changed === text) || (imports !== undefined && metadata.imports !== imports))
    throw new Error(`scripts/bundle.mjs: ${path} is not what its patch was made for`)
  const sources = map.sources.map((source) => relative(out, resolve(dirname(path), source)))
  const encoded = Buffer.from(JSON.stringify({ ...map, sources })).toString('base64')
  return `${code}\n//# sourceMappingURL=data:application/json;base64,${encoded}`
}
