/**
 * Rewrites a module's syntax tree so that it loads other modules at their first use. A start then loads only oclif's
 * parser and runner and the modules that the command calls, and none of Node's slow ones. Loading everything up front
 * makes a start slower by about a third.
 */
import { readFile } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { transformAsync } from '@babel/core'

/** Turns ES modules into CommonJS. A package's default export is its module.exports, as in Node. */
const TO_COMMONJS = [
  '@babel/plugin-transform-modules-commonjs',
  { importInterop: (id) => (id.startsWith('.') ? 'none' : 'node') },
]

/**
 * Loads what a top-level `const x = require('y')` does where `x` is used: each use becomes the `require`, which remembers
 * what it loaded in a bundle. Around an interop call, which makes a new object each time, `x` becomes a function.
 */
function requireAtFirstUse({ types, template }) {
  const keeping = template('let STORE; const NAME = () => STORE ??= LOAD;')
  const isRequire = (node) =>
    types.isCallExpression(node) && types.isIdentifier(node.callee, { name: 'require' })
  const loads = (node) => isRequire(node) || (types.isCallExpression(node) && node.arguments.some(loads))
  const visit = (statement, scope) => {
    const [{ id, init }, ...others] = statement.node.declarations
    if (others.length > 0 || !types.isIdentifier(id) || !loads(init)) return
    const { constant, referencePaths } = scope.getBinding(id.name)
    if (!constant) return
    if (!isRequire(init)) {
      for (const use of referencePaths) use.replaceWith(types.callExpression(types.identifier(id.name), []))
      statement.replaceWithMultiple(keeping({ NAME: id.name, STORE: scope.generateUid(id.name), LOAD: init }))
      return
    }
    for (const use of referencePaths) {
      if (use.scope.hasBinding('require', { noGlobals: true })) use.scope.rename('require')
      use.replaceWith(types.cloneNode(init))
    }
    statement.remove()
  }
  return {
    visitor: {
      Program: {
        exit(program) {
          program.scope.crawl()
          for (const statement of program.get('body'))
            if (statement.isVariableDeclaration()) visit(statement, program.scope)
        },
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
    plugins: [...(isOwn ? [TO_COMMONJS] : []), requireAtFirstUse, importByLauncher],
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
