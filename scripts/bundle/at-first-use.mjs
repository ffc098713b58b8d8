/**
 * Makes a module load another one only when it first uses it, on the syntax tree. Of oclif that leaves parsing and
 * running, of kitty what the command calls, and of Node nothing slow. Loading everything first costs 1.3 times as much.
 */
import { readFile } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { transformAsync } from '@babel/core'

/** ES modules become CommonJS with Babel's own lazy imports. A package's default export is what it exports, as in Node. */
const OWN = [
  '@babel/plugin-transform-modules-commonjs',
  { lazy: () => true, importInterop: (id) => (id.startsWith('.') ? 'none' : 'node') },
]

/** `const x = require('y')` at the top of a CommonJS module, also inside an interop call, becomes `x()`, which loads once. */
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

/** import() of a file outside the bundle has no meaning in a script from the code cache: src/bin passes its own in. */
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
 * @param path Of a module, one of kitty's own or one in CommonJS.
 * @param out The folder of the bundle, from which its source map names sources.
 * @param patch What is changed in its text, `[pattern, replacement]`, or how many import()s the launcher has to take over.
 * @throws Error when the module is not what the patch was made for
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
    // Lines stay where they are, for stack traces.
    retainLines: true,
    compact: false,
  })
  if ((change !== undefined && changed === text) || (imports !== undefined && metadata.imports !== imports))
    throw new Error(`scripts/bundle.mjs: ${path} is not what its patch was made for`)
  const sources = map.sources.map((source) => relative(out, resolve(dirname(path), source)))
  const encoded = Buffer.from(JSON.stringify({ ...map, sources })).toString('base64')
  return `${code}\n//# sourceMappingURL=data:application/json;base64,${encoded}`
}
