/**
 * Removes what no chart of the page uses from uPlot: the pointer, the legend, logarithmic scales, curves and steps. It
 * empties functions and drops assignments on the syntax tree, so that the bundler can remove the rest. A missing name
 * fails the build: the list belongs to the version in package.json.
 */
import { readFile } from 'node:fs/promises'
import typescript from 'typescript'

const EMPTIED = new Map(
  [
    // The pointer: charts are not interactive, and the table has the figures.
    'updateCursor',
    'cacheMouse',
    'mouseMove',
    'mouseDown',
    'mouseUp',
    'mouseLeave',
    'dblClick',
    'initCursorPt',
    'setSelH',
    'setSelV',
    'hideSelect',
    'posToVal',
    'onMouse',
    'offMouse',
    'cursorPointShow',
    'syncRect',
    'pub',
    'pubSync',
    'closestIdxFromXpos',
    'legendStroke',
    'legendFill',
    // The legend: the page has its own.
    'initLegendRow',
    'setLegendValues',
    'syncLegend',
    // Logarithmic scales.
    'rangeLog',
    'logAxisSplits',
    'asinhAxisSplits',
    'log10AxisValsFilt',
    'log2AxisValsFilt',
    // Changing the series of a visible chart.
    'addSeries',
    'delSeries',
    'addBand',
    'delBand',
    'setSeries',
    'setFocus',
    'setSelect',
    'setLegend',
    'toggleDOM',
    // Bands between two series.
    'clipBandLine',
    // Time axes: the page labels days and months itself.
    'timeAxisVals',
    'timeAxisStamps',
    'timeSeriesVal',
    'timeSeriesStamp',
    'fmtDate',
  ].map((name) => [name, '{}']),
)
  // The page draws a line across what has no value.
  .set('findGaps', '{ return [] }')
  .set('bandFillClipDirs', '{ return [0, 0] }')
  .set('genTimeStuffs', '{ return [[], [], () => {}] }')
const DROPPED = new Set([
  'uPlot.join',
  'uPlot.fmtDate',
  'uPlot.tzDate',
  'uPlot.rangeLog',
  'uPlot.rangeAsinh',
  'uPlot.orient',
  'uPlot.addGap',
  'uPlot.clipGaps',
  'paths.stepped',
  'paths.spline',
])

export const chartsOnly = {
  name: 'charts only',
  setup: (plugin) =>
    plugin.onLoad({ filter: /[\\/]uplot[\\/]dist[\\/]uPlot\.esm\.js$/ }, async ({ path }) => ({
      contents: trimmed(await readFile(path, 'utf8')),
      loader: 'js',
    })),
}

function trimmed(text) {
  const source = typescript.createSourceFile('uPlot.js', text, typescript.ScriptTarget.Latest)
  const cuts = []
  const missing = new Set([...EMPTIED.keys(), ...DROPPED])
  const visit = (node) => {
    if (typescript.isFunctionDeclaration(node) && EMPTIED.has(node.name?.text)) {
      missing.delete(node.name.text)
      cuts.push([node.body.pos, node.body.end, EMPTIED.get(node.name.text)])
      return
    }
    if (typescript.isExpressionStatement(node)) {
      const assigned = assignedTo(node.expression, source)
      if (DROPPED.has(assigned)) {
        missing.delete(assigned)
        cuts.push([node.pos, node.end, ';'])
        return
      }
    }
    typescript.forEachChild(node, visit)
  }
  visit(source)
  if (missing.size > 0) throw new Error(`uPlot has no ${[...missing].join(', ')} to take out`)
  return cuts.reduceRight((rest, [from, to, by]) => rest.slice(0, from) + by + rest.slice(to), text)
}

/** `paths.spline` of `(paths.spline = …)` */
function assignedTo(expression, source) {
  const inner = typescript.isParenthesizedExpression(expression) ? expression.expression : expression
  return typescript.isBinaryExpression(inner) ? inner.left.getText(source) : undefined
}
